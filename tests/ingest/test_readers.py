"""The real lists, and what reading promises of every file."""

import shutil
from pathlib import Path

from ingest.readers import Reading, read
from tests.ingest.reading import tables

SAMPLES = Path("ingest/samples")


class TestSamples:
    """The real lists that the demonstration starts from, counted by hand."""

    def test_the_workbook_holds_20_platforms_129_service_vendors_and_5_unverified(self):
        found = tables(SAMPLES / "供应商汇总表.xlsx")
        assert [(sheet.name, len(rows)) for sheet, rows in found] == [
            ("平台商", 20),
            ("服务商", 129),
            ("待核", 5),
        ]
        assert all(not sheet.problems for sheet, _ in found)
        assert found[0][0].headings[2] == "所在省"
        assert found[0][1][17].values["企业名称"] == "华为技术有限公司"

    def test_the_csv_in_gb18030_holds_119_solutions(self):
        [(sheet, found)] = tables(SAMPLES / "解决方案清单.csv")
        assert (sheet.encoding, len(found)) == ("gb18030", 119)
        assert found[0].values["供应商"] == "深圳市汇川技术股份有限公司"

    def test_the_page_holds_50_documents_inside_its_layout_tables(self):
        [(sheet, found)] = tables(SAMPLES / "政策汇编.html")
        assert (sheet.title, len(found)) == ("工业互联网与上云上平台政策汇编", 50)
        assert found[1].values["文号"] == "粤工信工业互联网函〔2024〕57号"

    def test_the_pdf_holds_23_trainings_six_of_which_break_over_a_page(self):
        [(sheet, found)] = tables(SAMPLES / "培训活动一览.pdf")
        assert (sheet.title, len(found)) == ("工业互联网培训与活动一览", 23)
        broken = found[2]
        assert broken.where == "1.4"
        assert (
            broken.values["名称"]
            == "全国工商联大讲堂2021年第五期:工业互联网平台⸺制造业数字化转型新载体"
        )
        assert broken.values["地点"] == "北京(视频同步)"
        assert found[10].values["内容"].endswith("企业CIO与方案商交流。")
        assert found[17].values["主办单位"].endswith("广东省网商协会顺德分会")
        assert all(row.values["日期"] and row.values["来源"] for row in found)


def test_a_reading_is_an_iterator_over_its_sheets(tmp_path):
    path = tmp_path / "供应商.xlsx"
    shutil.copy(SAMPLES / "供应商汇总表.xlsx", path)
    reading = read(path)
    assert isinstance(reading, Reading)
    assert next(reading).context == (
        "工业互联网产业生态供给资源池 供应商信息汇总表（平台商） 平台商 供应商.xlsx"
    )
