from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.layouts import draft, feed, fit, load_layout


def test_a_draft_says_what_is_sure_and_comments_what_is_not() -> None:
    """Every column is fed, or not imported with a reason; guesses are there besides."""
    rows: list[dict[str, str | None]] = [{"State": cell} for cell in ("live", "Live ", "draft", None)]
    text = draft(["Course", "State", "Sumary", "Fee", "Status", "Zeta", ""], rows, "exports/Our courses.csv")
    assert text == (
        '# A first layout for "Our courses.csv". Lines that begin with # say what is not certain:\n'
        "# remove the # where a guess is right, and that column from [not_imported]; delete other guesses.\n"
        'name = "our-courses"\n'
        'title = "Our courses.csv"\n'
        'signature = ["Course", "State", "Sumary", "Fee", "Status", "Zeta"]\n'
        "\n"
        "[properties.Title]\n"
        'column = "Course"\n'
        "\n"
        "[properties.DisplayOrder]\n"
        'transforms = ["row_times_ten"]\n'
        "\n"
        '# doubt: "State" may be Visibility: Public (1), Hidden (2), Private (3) or Paid (4).\n'
        "# [properties.Visibility]\n"
        '# column = "State"\n'
        "# # doubt: say for each value what it means: Public, Hidden, Private or Paid.\n"
        '# # values = { "live" = "…", "draft" = "…" }\n'
        "\n"
        '# doubt: "Sumary" may be SummaryText: Short summary under the title.\n'
        "# [properties.SummaryText]\n"
        '# column = "Sumary"\n'
        '# transforms = ["text_of_html", "cut_at_sentence"]\n'
        "\n"
        '# doubt: "Fee" may be what a course costs.\n'
        "# [price]\n"
        '# column = "Fee"\n'
        "# [price.tariffs]\n"
        '# "49.00" = 1414990021\n'
        "\n"
        '# doubt: "Status" may be Visibility: Public (1), Hidden (2), Private (3) or Paid (4).\n'
        "# [properties.Visibility]\n"
        '# column = "Status"\n'
        "\n"
        "# doubt: no column surely says BusinessId, HostId, Visibility. Is it the same for all rows?\n"
        "# [constants]\n"
        '# BusinessId = "1414974955"\n'
        '# HostId = "1414980011"\n'
        '# Visibility = "Public"\n'
        "\n"
        "# Columns that are not imported, each with the reason.\n"
        "[not_imported]\n"
        '"State" = "nobody has said yet what it is for"\n'
        '"Sumary" = "nobody has said yet what it is for"\n'
        '"Fee" = "nobody has said yet what it is for"\n'
        '"Status" = "nobody has said yet what it is for"\n'
        '"Zeta" = "nobody has said yet what it is for"\n'
    )


def test_a_draft_guesses_nothing_that_is_sure_and_can_always_be_saved() -> None:
    """File names may hold bytes that are no text."""
    text = draft(["Title", "Titel"], [], "caf\udce9.csv")
    assert 'doubt: "Titel"' not in text
    assert load_layout(text.encode("utf-8").decode("utf-8"), "x.toml").title == "caf\ufffd.csv"


def test_a_draft_feeds_what_is_sure() -> None:
    headers = ["Key", "Location", "Host", "Title", "Access", "Order", "title "]
    layout = fit(load_layout(draft(headers, [], "x.csv"), "x.toml"), headers)
    row = dict(zip(headers, ["K", "1", "2", "Books", "Public", "5", "Other"], strict=True))
    assert feed(layout, row, 1).values == {
        "SystemId": "K",
        "BusinessId": "1",
        "HostId": "2",
        "Title": "Books",
        "Visibility": "Public",
        "DisplayOrder": "5",
    }


@given(
    headers=st.lists(st.text(max_size=12) | st.sampled_from(["Title", "title", "Status", "Price", "Active"])),
    cells=st.lists(st.text(max_size=12)),
    file_name=st.text(max_size=20),
)
def test_a_draft_is_accepted_as_it_is_whatever_the_file(
    headers: list[str], cells: list[str], file_name: str
) -> None:
    rows = [dict.fromkeys(headers, cell) for cell in cells]
    assert load_layout(draft(headers, rows, file_name), "draft.toml").title
