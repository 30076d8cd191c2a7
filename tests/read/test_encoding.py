# ruff: noqa: RUF001 - letters of many alphabets are what is tested here
from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import FileRefused
from pipeline.read import read_sheet
from pipeline.read.delimited import read_delimited
from pipeline.read.reading import Reading

if TYPE_CHECKING:
    from pipeline.model import Finding
    from pipeline.read.table import Table
    from tests.read.conftest import WriteText

COURSES = {
    "German": "Buchhaltung für Anfänger;Größe und Übung",
    "French": "Comptabilité pour débutants;À la fin, l’été, ça dépend",
    "Spanish": "Contabilidad básica para niños;¿Quién puede asistir? Año nuevo",
    "Portuguese": "Contabilidade básica;Lições para iniciantes, não é preciso experiência",
    "Danish": "Bogføring for begyndere;Åben for alle på Nørrebro",
    "English": "Don’t panic – “it’s easy”;£20 · café, naïve façade",
    "Polish": "Księgowość dla początkujących;Uczestnicy ćwiczą, również małe firmy",
    "Czech": "Účetnictví pro začátečníky;žádné zkušenosti nejsou třeba, řešíme příklady",
    "Hungarian": "Könyvelés kezdőknek;Örömmel várunk minden érdeklődőt, űrlap",
    "Russian": "Бухгалтерия для начинающих;Курс знакомит с основами учёта",
    "Ukrainian": "Бухгалтерський облік;Її учасники працюють із прикладами",
    "Greek": "Λογιστική για αρχάριους;Το μάθημα παρουσιάζει τα βασικά",
    "Turkish": "Yeni başlayanlar için muhasebe;Katılımcılar gerçek örneklerle çalışır. İşletme",
    "Latvian": "Grāmatvedība iesācējiem;Dalībnieki strādā ar īstiem piemēriem, mazie uzņēmumi",
    "Hebrew": "חשבונאות למתחילים;הקורס מציג את היסודות",
    "Arabic": "محاسبة للمبتدئين;تقدم هذه الدورة الأساسيات",
    "Thai": "การบัญชีเบื้องต้น;หลักสูตรนี้แนะนำพื้นฐาน",
    "Japanese": "初心者のための簿記;このコースでは基礎を紹介します。",
    "Chinese": "初学者会计课程;本课程介绍基础知识。学员使用真实案例进行练习。",
    "Taiwanese": "初學者會計課程;本課程介紹基礎知識。",
    "Korean": "초보자를 위한 회계;이 과정은 기초를 소개합니다. 참가자는 실제 예제로 연습합니다.",
}
WRITTEN = [
    *(
        (language, "cp1252")
        for language in ("German", "French", "Spanish", "Portuguese", "Danish", "English")
    ),
    *((language, "mac_roman") for language in ("German", "French", "Spanish", "English")),
    *((language, "cp850") for language in ("German", "Spanish")),
    *((language, "cp1250") for language in ("Polish", "Czech", "Hungarian", "German")),
    *((language, "iso8859_2") for language in ("Polish", "Czech")),
    *(("Russian", encoding) for encoding in ("cp1251", "koi8_r", "mac_cyrillic", "cp866")),
    *(("Japanese", encoding) for encoding in ("cp932", "euc_jp")),
    ("Ukrainian", "cp1251"),
    ("Greek", "cp1253"),
    ("Turkish", "cp1254"),
    ("Latvian", "cp1257"),
    ("Hebrew", "cp1255"),
    ("Arabic", "cp1256"),
    ("Thai", "cp874"),
    ("Chinese", "gb18030"),
    ("Taiwanese", "big5"),
    ("Korean", "cp949"),
]
SHORT = [
    ("Bücher", "cp1252"),
    ("Café", "cp1252"),
    ("Señor", "cp1252"),
    ("São Paulo", "cp1252"),
    ("Smørrebrød", "cp1252"),
    ("don’t", "cp1252"),
    ("À Paris", "cp1252"),
    ("100 € – 200 €", "cp1252"),
    ("© 2026 Coworking®", "cp1252"),
    ("20\xa0seats", "cp1252"),
    ("5 €", "mac_roman"),
    ("Łódź", "cp1250"),
    ("Žižkov", "cp1250"),
    ("Книги", "cp1251"),
    ("Книги", "koi8_r"),
    ("КУРС", "cp1251"),
    ("Βιβλία", "cp1253"),
    ("簿記入門", "cp932"),
    ("会计基础", "gb18030"),
    ("會計基礎", "big5"),
]


def read(contents: bytes, encoding: str | None = None) -> Table:
    return read_delimited(io.BytesIO(contents), file_name="courses.csv", reading=Reading(encoding=encoding))


def refused(contents: bytes, encoding: str | None = None) -> Finding:
    with pytest.raises(FileRefused) as caught:
        read(contents, encoding)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(("language", "encoding"), WRITTEN)
def test_a_text_is_read_in_the_encoding_it_makes_sense_in(language: str, encoding: str) -> None:
    text = COURSES[language]
    table = read(f"Title;Summary\n{text}\n".encode(encoding))
    assert ";".join(str(cell) for cell in table.rows[1][1]).startswith(text)


@pytest.mark.parametrize(("word", "encoding"), SHORT)
def test_one_word_is_enough_where_no_other_encoding_is_likelier(word: str, encoding: str) -> None:
    assert read(f"Title,HostId\n{word},1\n".encode(encoding)).rows[1] == (2, [word, "1"])


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        *(("\ufeff", encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")),
        *(("", encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")),
    ],
)
@pytest.mark.parametrize("text", ["Title,HostId\r\nBücher,1\r\n", "Title,HostId\n書籍と簿記,1\n"])
def test_unicode_is_told_by_its_mark_or_else_by_its_look(mark: str, encoding: str, text: str) -> None:
    table = read((mark + text).encode(encoding))
    assert table.rows[0] == (1, ["Title", "HostId"])
    assert table.rows[1][1] == text.split()[1].split(",")
    assert bool(table.findings) == (not mark and encoding != "utf-8")


def test_what_was_found_is_told_with_a_word_that_shows_it() -> None:
    (finding,) = read("Title,HostId\nBooks,1\nAlte Bücher,2\n".encode("cp1252")).findings
    assert (finding.code, finding.severity, finding.stage) == ("encoding", "warning", "read")
    assert (finding.row, finding.cell) == (None, None)
    assert finding.message == (
        'courses.csv: this is not UTF-8 text, and is read as cp1252, in which it holds "Bücher". If that is '
        "not what was written, name another encoding with --encoding."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("Title,Price\nBooks,5€\n", 'holds "Books,5€"', id="a sign"),
        pytest.param("Title\nü" + "b" * 50, f'holds "ü{"b" * 39}"', id="a long word is cut"),
    ],
)
def test_the_example_is_short_and_beyond_ascii(text: str, told: str) -> None:
    (finding,) = read(text.encode("cp1252")).findings
    assert told in finding.message


def test_utf_16_without_a_mark_and_beyond_ascii_has_no_example() -> None:
    (finding,) = read("Title,HostId\nBooks,1\n".encode("utf-16-le")).findings
    assert "is read as utf-16-le. If that" in finding.message


def test_an_encoding_named_by_the_user_is_obeyed_and_not_told() -> None:
    table = read("Title,HostId\nкурс,1\n".encode("koi8_r"), "koi8-r")
    assert table.rows[1] == (2, ["курс", "1"])
    assert table.findings == ()


def test_the_mark_is_no_text_when_the_encoding_is_named() -> None:
    assert read("\ufeffTitle,HostId\n".encode(), "utf-8").rows == [(1, ["Title", "HostId"])]


def test_one_strange_byte_late_in_a_large_file_changes_how_all_of_it_is_read() -> None:
    """The whole file is decoded strictly, not only its beginning."""
    rows = "Books and nothing else,1\n" * 20_000
    table = read(f"Title,HostId\n{rows}Bücher,2\n".encode("cp1252"))
    assert table.rows[-1][1] == ["Bücher", "2"]


def test_the_first_lines_beyond_ascii_tell_the_encoding_of_a_large_file() -> None:
    table = read(("Title,HostId\n" + "Bücher,1\n" * 3_000).encode("cp1252"))
    assert table.rows[-1] == (3_001, ["Bücher", "1"])


@pytest.mark.parametrize(
    ("contents", "encoding", "code", "told"),
    [
        pytest.param(
            b"Title\n", "latin-17", "encoding-unknown", 'no encoding is called "latin-17"', id="unknown"
        ),
        pytest.param(b"Title\n", "rot13", "encoding-unknown", "no encoding is called", id="not of texts"),
        pytest.param(b"Title\n", "a\0", "encoding-unknown", "no encoding is called", id="no name"),
        pytest.param(
            b"Title\r\nBooks\r\n\x81\r\n",
            "cp1252",
            "not-text",
            "line 3: this is not cp1252 text. Name its encoding with --encoding.",
            id="named, but another",
        ),
        pytest.param(
            b"Title\rBooks\rB\xfccher\r", "utf-8", "not-text", "line 3: this is not utf-8", id="CR line ends"
        ),
        pytest.param(b"Title\n\xff", "undefined", "not-text", "line 1", id="an encoding that says no place"),
        pytest.param(b"\xff\xfeT\0i\0\n\0x", None, "not-text", "line 2: this is not utf-16-le", id="cut"),
        pytest.param(
            b"Title,HostId\na\xbc\xa1b,1\n", None, "not-text", "line 2: this is text in no", id="none"
        ),
        pytest.param(
            "Bücher, Größe, Übung, Müsli\n".encode() * 3 + "Käse\n".encode("cp1252"),
            None,
            "encodings-mixed",
            "line 4: this is not UTF-8 text, but other lines are.",
            id="two encodings",
        ),
    ],
)
def test_what_does_not_decode_is_refused_naming_the_line(
    contents: bytes, encoding: str | None, code: str, told: str
) -> None:
    problem = refused(contents, encoding)
    assert problem.code == code
    assert problem.message.startswith("courses.csv")
    assert told in problem.message


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="a picture"),
        pytest.param(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", id="a PDF"),
        pytest.param(bytes(range(256)) * 4, id="anything packed"),
    ],
)
def test_what_is_no_text_is_refused_saying_what_is_expected(contents: bytes) -> None:
    problem = refused(contents)
    assert problem.code == "other-kind"
    assert problem.message == (
        "courses.csv is neither a workbook nor a text. Name an .xlsx workbook or a text saved as CSV."
    )


def test_a_picture_is_no_text_in_an_encoding_named_by_the_user_either() -> None:
    """Whoever names an encoding has looked: what decodes is read, and what does not is refused."""
    assert refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "utf-8").code == "not-text"


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("mac_latin2", "Večerní kurzy pro všechny, přihlášky v kanceláři každé ráno"),
        ("mac_turkish", "Akşam kursları herkes için, kayıt her sabah büroda yapılır"),
        ("johab", "모두를 위한 저녁 강좌 매일 아침 사무실에서 등록"),
    ],
)
def test_a_rare_encoding_is_found_by_the_frequency_of_its_letters(
    encoding: str, title: str, write_text: WriteText
) -> None:
    """A sentence is enough; a single word is not."""
    raw = read_sheet(write_text(f"HostId;Title\n1;{title}\n".encode(encoding)))
    assert raw.cells.loc[2, 1] == title
    assert f"is read as {encoding}" in raw.findings[0].message
