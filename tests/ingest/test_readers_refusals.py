"""What cannot become rows is refused with a sentence that says why, before it does any harm."""

import io
import struct
import zipfile

import pytest

from ingest.readers import Limits, read
from tests.ingest import messy
from tests.ingest.reading import refusal


@pytest.fixture
def workbook(tmp_path):
    return messy.xlsx(tmp_path / "a.xlsx", {"名单": messy.VENDOR_LIST})


def ole(*streams: str) -> bytes:
    """The shape of an Office container, as far as telling its contents needs."""
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names


class TestType:
    @pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\0\0\0"])
    def test_an_empty_file_is_empty(self, tmp_path, content):
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        assert refusal(path) == "This file is empty."

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
            (b"{\\rtf1 hello}", "RTF"),
            (b"MIME-Version: 1.0\r\n", "MHTML"),
            (bytes(range(256)) * 4, "binary"),
            (ole("WordDocument"), "Word"),
            (ole("PowerPoint Document"), "PowerPoint"),
            (ole("Something"), "Office"),
            (
                b'<?xml version="1.0"?><Workbook '
                b'xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
                "XML Spreadsheet 2003",
            ),
        ],
    )
    def test_other_types_are_named_by_their_content(self, tmp_path, content, name):
        path = tmp_path / "名单.xlsx"
        path.write_bytes(content)
        assert f"type {name}," in refusal(path)

    @pytest.mark.parametrize(("part", "name"), [("word/document.xml", "Word"), ("a.txt", "ZIP")])
    def test_a_zip_that_is_no_workbook_is_named(self, tmp_path, part, name):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(part, "x")
        assert f"type {name}," in refusal(path)

    def test_an_encrypted_workbook_asks_for_its_password_to_be_removed(self, tmp_path):
        path = tmp_path / "a.xlsx"
        path.write_bytes(ole("EncryptionInfo", "EncryptedPackage"))
        assert "encrypted" in refusal(path)

    def test_a_file_without_a_table_says_what_was_looked_for(self, tmp_path):
        path = messy.text(tmp_path / "a.txt", "关于开展培训的通知\n各有关单位：\n请按时参加。\n")
        assert "no table" in refusal(path)

    def test_a_page_without_a_table_says_so(self, tmp_path):
        assert "no table" in refusal(messy.html(tmp_path / "a.html", "<p>通知</p>"))


class TestLimits:
    def test_a_file_over_the_size_limit_is_not_opened(self, workbook):
        assert "limit of 0 MB" in refusal(workbook, Limits(size=100))

    @pytest.mark.parametrize("make", [messy.csv, messy.xls])
    def test_too_many_rows_are_refused(self, tmp_path, make):
        path = make(tmp_path / "a", messy.VENDOR_LIST)
        assert "more than 2 rows" in refusal(path, Limits(rows=2))

    def test_rows_are_counted_over_all_sheets(self, tmp_path):
        sheets = {"一": messy.VENDOR_LIST, "二": messy.VENDOR_LIST}
        path = messy.xlsx(tmp_path / "a.xlsx", sheets)
        assert "more than 5 rows" in refusal(path, Limits(rows=5))

    def test_too_many_columns_are_refused_in_every_type(self, tmp_path):
        limits = Limits(columns=4)
        page = messy.html(tmp_path / "a.html", messy.html_table(messy.VENDOR_LIST))
        assert "more than 4 columns" in refusal(page, limits)
        assert "4 columns" in refusal(messy.csv(tmp_path / "a.csv", messy.VENDOR_LIST), limits)
        assert "4 columns" in refusal(messy.xls(tmp_path / "a.xls", messy.VENDOR_LIST), limits)

    def test_a_colspan_cannot_make_a_row_endless(self, tmp_path):
        body = "<table><tr><th>企业名称<th>地市<th>简介<tr><td colspan=999999999>甲</table>"
        assert "more than 200 columns" in refusal(messy.html(tmp_path / "a.html", body))

    @pytest.mark.parametrize(
        "cell",
        [
            b'<c r="XFD1048576"><v>1</v></c>',
            b'<c r="A1048576" t="n"><v>1</v></c>',
            b"<x:c s='1' r = 'XFD9' ><v>1</v></x:c>",
            b"<c><v>1</v></c>",
        ],
    )
    def test_a_stray_cell_at_the_end_of_the_sheet_does_not_fill_memory(self, tmp_path, cell):
        path = messy.xlsx(tmp_path / "a.xlsx", {"名单": messy.VENDOR_LIST})
        far = b'<row r="1048576">' + cell + b"</row></sheetData>"
        with zipfile.ZipFile(path) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        messy.repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", far)})
        assert "beyond the limit" in refusal(path)

    def test_an_empty_formatted_cell_at_the_end_of_the_sheet_does_no_harm(self, tmp_path):
        path = messy.xlsx(tmp_path / "a.xlsx", {"名单": messy.VENDOR_LIST})
        far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        with zipfile.ZipFile(path) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        messy.repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", far)})
        [sheet] = read(path)
        assert sheet.headings == tuple(messy.VENDOR_HEADINGS)


class TestBombs:
    def test_a_part_that_unpacks_out_of_proportion_is_not_opened(self, workbook):
        messy.repacked(workbook, {"xl/media/image1.bin": bytes(40 * 1024 * 1024)})
        assert "unpacks to more than 40 MB" in refusal(workbook)

    def test_the_total_counts_too(self, workbook):
        assert "unpacks" in refusal(workbook, Limits(unpacked=1000))

    def test_a_directory_that_lies_about_sizes_is_caught_while_unpacking(self, workbook):
        content = b"\0" * (30 * 1024 * 1024)
        messy.repacked(workbook, {"xl/media/image1.bin": content})
        true_size, lie = struct.pack("<I", len(content)), struct.pack("<I", 10)
        workbook.write_bytes(workbook.read_bytes().replace(true_size, lie))
        assert "unpacks" in refusal(workbook)

    def test_xml_entities_are_refused(self, workbook):
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
        messy.repacked(workbook, {"xl/sharedStrings.xml": bomb})
        assert "entities" in refusal(workbook)

    def test_parts_packed_in_an_unusual_way_are_refused(self, tmp_path):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
        assert "unusual" in refusal(path)

    def test_parts_stored_without_packing_are_checked_as_well(self, tmp_path):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("xl/workbook.xml", "<!DOCTYPE workbook><workbook/>")
        assert "entities" in refusal(path)

    def test_a_part_that_does_not_inflate_is_damage(self, tmp_path):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>" * 100)
        content = path.read_bytes()
        start = content.index(b"xl/workbook.xml") + len("xl/workbook.xml")
        path.write_bytes(content[:start] + b"\xff\xff\xff\xff" + content[start + 4 :])
        assert "damaged" in refusal(path)

    def test_an_offset_beyond_the_file_is_damage(self, tmp_path):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("xl/workbook.xml", "x")
        content = bytearray(stream.getvalue())
        at = content.index(b"PK\x01\x02") + 42
        content[at : at + 4] = struct.pack("<I", 10_000_000)
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        assert "damaged" in refusal(path)
