"""Judges of courses, each as its documentation says; each must find every faulty row and no other.

They are started with how many courses and with how many of a hundred that are faulty ("0,1,20,100"), and
tell the seconds for each of those.
"""

from __future__ import annotations

import gc
import re
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from schemas.properties import REQUIRED, SUMMARY_LIMIT, Visibility
from tests.bench.catalogue import by_property, faulty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

Given = TypeVar("Given")
Told = dict[str, float]

IDS: Final = ("BusinessId", "HostId", "TariffId")
PICTURE: Final = r"https?://\S+\.(jpe?g|png|gif)([?#]\S*)?"
PROSE: Final = ("Title", "SummaryText")
# What an old system leaves behind in texts, and how one begins that was read in a wrong encoding.
LEFT_OVERS: Final = ("@@PLUGINFILE@@", "IMS-CC-FILEBASE", ";base64,", "<script", "[ld_", "Ã", "â€")
LEFT_OVER: Final = "|".join(map(re.escape, LEFT_OVERS))
_HEADERS: Final = {
    "SystemId": "Key",
    "BusinessId": "Location",
    "HostId": "Trainer",
    "DisplayOrder": "Order",
    "TariffId": "Tariff",
    "SummaryText": "Summary",
    "NewImageUrl": "Image",
}
_WARM: Final = 100  # rows judged before the clock starts: tables are built on the first call


def masks(count: str, percents: str) -> Callable[[], Told]:
    """Only count faulty rows, by boolean masks over typed columns, as they are usually written."""
    from functools import reduce
    from operator import or_

    def judge(frame: pd.DataFrame) -> int:
        wrong = [frame[name].isna() for name in REQUIRED]
        wrong += [frame[name].le(0).fillna(value=False) for name in IDS]
        wrong += [~frame["Visibility"].isin(list(Visibility))]
        wrong += [frame["Visibility"].eq(Visibility.PAID).fillna(value=False) & frame["TariffId"].isna()]
        wrong += [frame["SummaryText"].str.len().gt(SUMMARY_LIMIT)]
        wrong += [~frame["NewImageUrl"].str.fullmatch(PICTURE)]
        wrong += [frame.duplicated(["BusinessId", "SystemId"])]
        wrong += [frame[name].str.contains(mark, regex=False) for name in PROSE for mark in LEFT_OVERS]
        return int(reduce(or_, wrong).sum())

    return _clocked(count, percents, _typed, {"masks": judge})


def ours(count: str, percents: str) -> Callable[[], Told]:
    """Judge to findings, to courses that can go, and to those from the file's own cells."""
    import pandas as pd

    from pipeline.check import NOTHING_LOOKED_UP, check
    from pipeline.check.findings import findings_of
    from pipeline.model import RawSheet, Source, TidySheet
    from pipeline.tidy import tidy
    from schemas.course import complete, keys_of

    def read(columns: Mapping[str, list[object]]) -> RawSheet:
        cells = pd.DataFrame(dict(enumerate(columns.values())), dtype=object)
        cells.index = pd.RangeIndex(2, len(cells) + 2)
        return RawSheet(
            source=Source(path="courses.xlsx", sheet="Plan", sha256=None),
            header_row=1,
            headers=tuple(_HEADERS.get(name, name) for name in columns),
            cells=cells,
        )

    def findings(sheet: TidySheet) -> int:
        frame = complete(sheet.frame)
        found = findings_of(sheet, frame, keys_of(frame), NOTHING_LOOKED_UP)
        return len({finding.row for finding in found})

    def checked(sheet: TidySheet) -> int:
        return len({finding.row for finding in check(sheet).findings})

    return _clocked(
        count,
        percents,
        lambda columns: (raw := read(columns), tidy(raw)),
        {
            "findings": lambda sheets: findings(sheets[1]),
            "courses": lambda sheets: checked(sheets[1]),
            "tidy and courses": lambda sheets: checked(tidy(sheets[0])),
        },
    )


def pydantic(count: str, percents: str) -> Callable[[], Told]:
    """Validate each row by a model, and keep the courses or what stands against them."""
    from typing import Annotated

    from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

    Id = Annotated[int, Field(gt=0)]  # noqa: N806 - a type

    class CourseRow(BaseModel):
        model_config = ConfigDict(strict=True)

        SystemId: str | None
        Title: str
        BusinessId: Id
        HostId: Id
        DisplayOrder: int
        Visibility: Annotated[int, Field(ge=1, le=4)]
        TariffId: Id | None
        SummaryText: Annotated[str, Field(max_length=SUMMARY_LIMIT)] | None
        NewImageUrl: Annotated[str, Field(pattern=f"^{PICTURE}$")] | None

        @field_validator(*PROSE)
        @classmethod
        def nothing_is_left_over(cls, text: str | None) -> str | None:
            if text is not None and any(mark in text for mark in LEFT_OVERS):
                raise ValueError("has something of the old system")
            return text

        @model_validator(mode="after")
        def paid_needs_a_tariff(self) -> CourseRow:
            if self.Visibility == Visibility.PAID and self.TariffId is None:
                raise ValueError("a Paid course needs a pricing plan")
            return self

    CourseRow.model_rebuild(_types_namespace=locals())

    def judge(rows: list[dict[str, object]]) -> int:
        courses: list[CourseRow] = []
        told: list[object] = []
        keys = set()
        for row in rows:
            try:
                course = CourseRow.model_validate(row)
            except ValidationError as wrong:
                told.append(wrong.errors())
                continue
            if (key := (course.BusinessId, course.SystemId)) in keys:
                told.append(f"SystemId {course.SystemId} is taken")
                continue
            keys.add(key)
            courses.append(course)
        return len(told)

    return _clocked(count, percents, _rows, {"pydantic": judge})


def great_expectations(count: str, percents: str) -> Callable[[], Told]:
    """Validate a data frame in memory by a suite, with the index of every row that is not as expected."""
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("courses")
    expectations = [
        *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in REQUIRED),
        *(gxe.ExpectColumnValuesToBeBetween(column=name, min_value=1) for name in IDS),
        gxe.ExpectColumnValuesToBeInSet(column="Visibility", value_set=list(map(int, Visibility))),
        gxe.ExpectColumnValuesToNotBeNull(
            column="TariffId", row_condition=Column("Visibility") == int(Visibility.PAID)
        ),
        gxe.ExpectColumnValueLengthsToBeBetween(column="SummaryText", max_value=SUMMARY_LIMIT),
        gxe.ExpectColumnValuesToMatchRegex(column="NewImageUrl", regex=f"^{PICTURE}$"),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["BusinessId", "SystemId"]),
        *(gxe.ExpectColumnValuesToNotMatchRegex(column=name, regex=LEFT_OVER) for name in PROSE),
    ]
    suite = context.suites.add(gx.ExpectationSuite(name="courses", expectations=expectations))
    batch = asset.add_batch_definition_whole_dataframe("all")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="courses", data=batch, suite=suite)
    )

    def judge(frame: pd.DataFrame) -> int:
        told = definition.run(
            batch_parameters={"dataframe": frame}, result_format={"result_format": "COMPLETE"}
        )
        assert not any(each.exception_info.get("raised_exception", True) for each in told.results)
        return len({row for each in told.results for row in each.result["unexpected_index_list"]})

    return _clocked(count, percents, _typed, {"Great Expectations": judge})


def frictionless(count: str, percents: str) -> Callable[[], Told]:
    """Validate rows by a Table Schema and a check for what it has no words for."""
    from frictionless import Check, Checklist, Resource, Schema, errors

    class OfTheWholeRow(Check):  # type: ignore[misc]  # of another environment, without types here
        type = "of-the-whole-row"
        Errors = [errors.RowConstraintError]  # noqa: RUF012 - as its documentation writes it

        def validate_row(self, row: Any) -> Iterable[Any]:  # noqa: ANN401 - of another environment
            if row["Visibility"] == Visibility.PAID and row["TariffId"] is None:
                yield errors.RowConstraintError.from_row(row, note="a Paid course needs a pricing plan")
            if any(mark in row[name] for name in PROSE if row[name] for mark in LEFT_OVERS):
                yield errors.RowConstraintError.from_row(row, note="has something of the old system")

    constraints: dict[str, dict[str, object]] = {name: {"required": True} for name in REQUIRED}
    for name in IDS:
        constraints.setdefault(name, {})["minimum"] = 1
    constraints["Visibility"]["enum"] = list(map(int, Visibility))
    constraints["SummaryText"] = {"maxLength": SUMMARY_LIMIT}
    constraints["NewImageUrl"] = {"pattern": PICTURE}
    whole = {*IDS, "DisplayOrder", "Visibility"}
    schema = Schema.from_descriptor(
        {
            "fields": [
                {
                    "name": name,
                    "type": "integer" if name in whole else "string",
                    "constraints": constraints.get(name, {}),
                }
                for name in by_property(1, 0)
            ],
            "primaryKey": ["BusinessId", "SystemId"],
        }
    )

    def judge(rows: list[dict[str, object]]) -> int:
        checks = Checklist(checks=[OfTheWholeRow()])
        resource = Resource(data=rows, schema=schema)
        told = resource.validate(checks, limit_errors=2 * len(rows))
        return len({row for (row,) in told.flatten(["rowNumber"])})

    return _clocked(count, percents, _rows, {"frictionless": judge})


def _clocked(
    count: str,
    percents: str,
    prepare: Callable[[dict[str, list[object]]], Given],
    judges: Mapping[str, Callable[[Given], int]],
) -> Callable[[], Told]:
    """Return what asks each judge, once for each share of faulty rows, how many rows are faulty."""
    number = int(count)
    catalogues = {percent: prepare(by_property(number, percent)) for percent in map(int, percents.split(","))}
    few = prepare(by_property(_WARM, 20))
    for judge in judges.values():
        assert judge(few) == faulty(_WARM, 20)

    def work() -> Told:
        gc.collect()
        gc.freeze()  # what was prepared is not walked again with each contender's own
        told = {}
        for percent, given in catalogues.items():
            for name, judge in judges.items():
                begun = time.perf_counter()
                found = judge(given)
                told[f"{name} at {percent} %"] = time.perf_counter() - begun
                assert found == faulty(number, percent), (name, percent, found)
        return told

    return work


def _typed(columns: dict[str, list[object]]) -> pd.DataFrame:
    import pandas as pd

    from schemas.course import DTYPES
    from schemas.properties import PROPERTIES

    certain = columns | {
        "DisplayOrder": [None if isinstance(each, str) else each for each in columns["DisplayOrder"]]
    }
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=DTYPES[PROPERTIES[name].kind]) for name, cells in certain.items()}
    )


def _rows(columns: Mapping[str, list[object]]) -> list[dict[str, object]]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
