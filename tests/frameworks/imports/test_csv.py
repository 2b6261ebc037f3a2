"""CSV files as spreadsheets write them: separators and encodings found, everything that is no table refused in words."""

import io

import pytest
from django.core.management import CommandError, call_command

from frameworks.imports import UnreadableWorkbook
from frameworks.imports import safe_csv as limits
from frameworks.models import Goal, Indicator
from tests.frameworks.imports.books import (
    FIRST,
    HEADER,
    REAL,
    book,
    codes,
    csv_bytes,
    only,
    read,
    saved,
    sheet_as_csv,
)

ROWS = [["Plano 2024-2025"], ["Goal: Women take part."], HEADER, FIRST]
PORTUGUESE = [
    ["Pilar", "Objetivo", "Resultado", "Atividade", "Indicador", "Prazo", "Responsável", "Linha de base", "Meta 2026"],
    ["Participação", "1. Mulheres decidem", "1.1. Elas lideram", "1.1.1. Formar", "Nº de mulheres", "2024-2026", "SEI", "12,5", "20"],
]  # fmt: skip


def refused(data, code, name="plan.csv"):
    with pytest.raises(UnreadableWorkbook) as caught:
        read(data, name)
    assert caught.value.code == code, str(caught.value)
    assert name in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_every_separator_and_encoding(delimiter, encoding):
    parsed = read(csv_bytes(PORTUGUESE, delimiter, encoding), "plano.csv")
    assert [pillar.name for pillar in parsed.pillars] == ["Participação"]
    indicator = parsed.indicators()[0]
    assert (indicator.statement, str(indicator.baseline.value)) == ("Nº de mulheres", "12.5")
    assert (indicator.targets[0].year, parsed.activities()[0].years) == (2026, (2024, 2025, 2026))
    assert [lead.name for lead in parsed.activities()[0].leads] == ["SEI"]


def test_the_other_sign_in_the_texts_does_not_mislead():
    commas = [
        "1.1. Women, youth, men; all.",
        "1.1.1. Train, coach, pay.",
        "# of a, b, c increased",
        "x",
        "",
        "SEI, MAE",
    ]
    for delimiter in ";,\t":
        parsed = read(csv_bytes([*ROWS[:3], commas, commas[:3]], delimiter), "Participation.csv")
        assert parsed.outputs()[0].text == "Women, youth, men; all.", delimiter
        assert [lead.name for lead in parsed.activities()[0].leads] == ["SEI", "MAE"]


def test_foreign_headers_do_not_mislead_either():
    """No header is known: the separator that gives even rows is taken."""
    rows = [["Extrant", "Tâche", "Mesure"], ["a, b", "c, d, e", "f"], ["g", "h, i", "j, k"]]
    parsed = read(csv_bytes(rows, ";"), "plan.csv")
    assert only(parsed, "no_headers").level == "error"
    grid = limits.read_csv(csv_bytes(rows, ";"), filename="plan.csv")
    assert (grid.last_column, grid.own(2, 1).text) == (3, "a, b")


def test_quoted_texts_keep_their_line_breaks_and_the_rows_their_numbers():
    rows = [
        *ROWS,
        [None, None, "# of posts increased:\n• Suco Chief\n• Administrative Post"],
        [None, None, "=1+1"],
    ]
    parsed = read(csv_bytes(rows), "Participation.csv")
    assert parsed.indicators()[1].dimensions[0].categories == ("Suco Chief", "Administrative Post")
    assert (parsed.indicators()[1].source.cell, only(parsed, "formula").cell) == ("C5", "C6")


def test_excels_line_that_names_the_separator():
    parsed = read(b"sep=,\r\n" + csv_bytes(ROWS, ","), "Participation.csv")
    assert parsed.indicators()[0].source.cell == "C4"


def test_quotation_marks_inside_a_text():
    data = (
        b'Output;Activity;Indicator;Lead\n1.1. Women decide;1.1.1. Hold the "peace" talks;"Talks" held;SEI\n'
    )
    parsed = read(data, "Participation.csv")
    assert parsed.activities()[0].text == 'Hold the "peace" talks'
    assert parsed.indicators()[0].statement == "Talks held"


def test_the_pillar_takes_the_name_of_the_file_with_a_warning():
    parsed = read(csv_bytes(ROWS), "2. Prevention.csv")
    assert [(one.code, one.name) for one in parsed.pillars] == [("2", "Prevention")]
    assert only(parsed, "pillar_of_file").level == "warning"
    assert "pillar_of_file" not in codes(read(csv_bytes([["Pillar: Peace"], *ROWS[1:]]), "x.csv"))
    assert "pillar_of_file" not in codes(read(book(FIRST)))


def test_the_real_sheet_saved_as_csv_reads_the_same():
    """Merged cells leave blanks, and blanks mean "as above"."""
    whole = read(REAL)
    for delimiter in ";,\t":
        sheet = read(sheet_as_csv(REAL, "Participation", delimiter), "Participation.csv")
        pillar = next(one for one in whole.pillars if one.name == "Participation")
        assert sheet.can_be_saved, [str(doubt) for doubt in sheet.errors]
        assert [one.goals for one in sheet.pillars] == [pillar.goals]


def test_what_a_file_holds_decides_not_its_name():
    assert read(saved(book(FIRST)), "plan.csv").indicators()[0].code == "1.1.1a"
    for name in ("plan.txt", "plan.tsv", "plan"):
        assert read(csv_bytes(ROWS), name).indicators()
    refused(csv_bytes(ROWS), "not_a_workbook", "plan.xlsx")  # somebody renamed it: said, not guessed


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        b"%PDF-1.7 and text only",
        b"Output;Activity\x00;Indicator\n",
        b"Output;Act\x07ivity;Indicator\n",
        b"<html><table><tr><td>Output</td></tr></table></html>",
        b"  <?xml version='1.0'?><a/>",
        b"{\\rtf1 text}",
        b"\x81\x8d\x8f\x90\x9d;a\n",  # no text in either encoding
    ],
)
def test_what_is_no_table_is_refused(data):
    assert "neither an Excel workbook nor a CSV file" in refused(data, "not_a_table")


def test_other_refusals_have_words_of_their_own():
    assert "UTF-16" in refused("Output;Activity".encode("utf-16"), "utf_16")
    refused(b"", "empty_file")
    refused(b"\xef\xbb\xbf \n \n", "empty_file")
    assert "never closed" in refused(
        b'Output;Activity;Indicator\n"1.1. Women;1.1.1. Train;x\n' * 1, "open_quote"
    )
    refused(b"PK\x03\x04" + b"0" * 50, "damaged")


def test_limits(monkeypatch):
    assert "10 MB" in refused(b"a;b\n" * (3 * 1024 * 1024), "too_big")
    monkeypatch.setattr(limits, "MAX_ROWS", 5)
    refused(b"a;b\n" * 6, "too_many_rows")
    assert read(b"a;b\n" * 5, "plan.csv").errors
    monkeypatch.setattr(limits, "MAX_COLUMNS", 3)
    refused(b"a;b;c;d\n", "too_many_columns")
    assert read(b"a;b;c;;;;\n", "plan.csv").errors  # blanks that a spreadsheet leaves behind
    monkeypatch.setattr(limits, "MAX_CELLS", 8)
    refused(b"a;b;c\n" * 3, "too_many_cells")


@pytest.mark.django_db
def test_the_command_reads_csv(tmp_path, capsys):
    file = tmp_path / "Participation.csv"
    file.write_bytes(sheet_as_csv(REAL, "Participation", ",", "cp1252"))
    call_command("import_logframe", str(file), plan="TL-X")
    assert (Goal.objects.count(), Indicator.objects.count()) == (1, 6)
    call_command("import_logframe", str(file), plan="TL-X")
    assert "6 same" in capsys.readouterr().out.rpartition("indicator:")[2]
    file.write_bytes(io.BytesIO(b"GIF89a\x00").getvalue())
    with pytest.raises(CommandError, match="neither an Excel workbook nor a CSV"):
        call_command("import_logframe", str(file), plan="TL-X")
