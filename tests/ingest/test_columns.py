"""Headings become fields, and a table says by itself what it lists."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from ingest.columns import heading_key, load_aliases, map_headings
from ingest.errors import Unreadable
from ingest.readers import read
from search.engine import Kind


class TestMatching:
    @pytest.mark.parametrize(
        "heading",
        [
            "企业名称",
            "企业\n名称",
            " 企 业 名 称 ",
            "*企业名称",
            "企业名称（必填）",
            "企业名称(与营业执照一致)",
            "1.企业名称：",
            "企业名称 (2)",
            "企業名稱",
        ],
    )
    def test_notes_spaces_and_marks_do_not_matter(self, heading):
        assert map_headings([heading], Kind.VENDOR).fields == {heading: "name"}

    def test_a_heading_that_is_all_brackets_keeps_them(self):
        assert heading_key("（备注）") == "(备注)"

    def test_digits_that_belong_to_a_heading_stay(self):
        assert heading_key("5G应用") == "5g应用"

    def test_a_path_is_known_by_its_last_part_then_by_its_first(self):
        mapping = map_headings(["企业名称", "所在地/省", "所在地/市", "简介/其他"], Kind.VENDOR)
        assert mapping.fields == {
            "企业名称": "name",
            "所在地/省": "province_text",
            "所在地/市": "city_text",
            "简介/其他": "summary",
        }

    def test_a_slash_inside_an_alias_is_no_path(self):
        assert map_headings(["产品/服务名称"], Kind.SOLUTION).fields == {"产品/服务名称": "name"}

    def test_numbering_columns_are_ignored_and_unknown_ones_listed(self):
        mapping = map_headings(["序号", "企业名称", "注册资本", "列7"], Kind.VENDOR)
        assert (mapping.ignored, mapping.unmapped) == (["序号"], ["注册资本", "列7"])

    def test_where_a_field_holds_one_value_the_most_telling_heading_wins(self):
        mapping = map_headings(["名称", "企业名称", "公司名称"], Kind.VENDOR)
        assert mapping.fields == {"企业名称": "name"}
        assert mapping.unmapped == ["名称", "公司名称"]

    def test_missing_required_fields_are_named_when_the_kind_was_given(self):
        assert map_headings(["产品介绍"], Kind.SOLUTION).missing_required == ["name", "vendor"]


class TestApply:
    def test_every_value_ends_in_a_field_or_in_extra(self):
        mapping = map_headings(
            ["序号", "企业名称", "主营业务", "服务领域", "注册资本"], Kind.VENDOR
        )
        values = {
            "序号": "1",
            "企业名称": "甲",
            "主营业务": "软件",
            "服务领域": "MES",
            "注册资本": "10",
            "列9": "x",
        }
        fields, extra = mapping.apply(values)
        assert fields == {"name": "甲", "service_areas": "软件；MES"}
        assert extra == {"注册资本": "10", "列9": "x"}

    def test_empty_values_are_left_out(self):
        mapping = map_headings(["企业名称", "简介", "注册资本"], Kind.VENDOR)
        assert mapping.apply({"企业名称": "甲", "简介": "", "注册资本": ""}) == ({"name": "甲"}, {})

    @pytest.mark.parametrize(
        ("heading", "value", "meant"),
        [
            ("价格（万元）", "12.5", "12.5万元"),
            ("参考价格(单位：元)", "1,000-2,000", "1,000-2,000元"),
            ("价格（万元）", "面议", "面议"),
            ("价格", "12", "12"),
        ],
    )
    def test_a_unit_in_the_heading_belongs_to_the_number(self, heading, value, meant):
        mapping = map_headings(["产品名称", "供应商", heading], Kind.SOLUTION)
        assert mapping.apply({heading: value})[0] == {"price_text": meant}

    @pytest.mark.parametrize(
        ("title", "said"),
        [
            ("供应商名单（平台商）", "平台商"),
            ("服务商", "服务商"),
            ("平台商和服务商名单", None),
            ("", None),
        ],
    )
    def test_a_title_can_say_what_kind_of_vendor_all_rows_are(self, title, said):
        fields, _ = map_headings(["企业名称"], Kind.VENDOR, title=title).apply({"企业名称": "甲"})
        assert fields.get("kind_text") == said

    def test_a_column_for_the_kind_of_vendor_outweighs_the_title(self):
        mapping = map_headings(["企业名称", "供应商类型"], Kind.VENDOR, title="平台商名单")
        assert mapping.defaults == {}


class TestKind:
    @pytest.mark.parametrize(
        ("headings", "kind"),
        [
            ("序号 单位名称 统一社会信用代码 所属地市 区县 主营业务", Kind.VENDOR),
            ("企业全称 信用代码 企业简介 官网", Kind.VENDOR),
            ("序号 产品名称 企业名称 适用行业 应用场景", Kind.SOLUTION),
            ("解决方案名称 供应商 部署方式 参考价格", Kind.SOLUTION),
            ("企业名称 工业APP名称 所属行业 功能简介", Kind.SOLUTION),
            ("案例名称 应用企业 服务商 应用成效", Kind.CASE),
            ("标题 发文字号 发布机构 发布日期", Kind.INFORMATION),
            ("培训主题 举办时间 培训地点 培训对象", Kind.TRAINING),
        ],
    )
    def test_the_kind_is_told_by_the_headings(self, headings, kind):
        assert map_headings(headings.split()).kind is kind

    @pytest.mark.parametrize(
        ("title", "kind"),
        [
            ("优秀解决方案清单", Kind.SOLUTION),
            ("企业名单", Kind.VENDOR),
            ("政策汇编", Kind.INFORMATION),
            ("培训计划", Kind.TRAINING),
        ],
    )
    def test_the_title_decides_between_kinds_with_the_same_headings(self, title, kind):
        headings = ["名称", "企业名称", "来源"]
        assert map_headings(headings, title=title).kind is kind

    @pytest.mark.parametrize("headings", [["名称", "来源"], ["设备", "型号", "数量"]])
    def test_what_cannot_be_told_is_asked_with_the_headings_listed(self, headings):
        with pytest.raises(Unreadable) as caught:
            map_headings(headings)
        assert "--as" in str(caught.value)
        assert ", ".join(headings) in str(caught.value)

    def test_every_sample_is_told_and_leaves_no_heading_unmapped(self):
        kinds = {}
        for path in Path("ingest/samples").iterdir():
            if path.suffix == ".md":
                continue
            for sheet in read(path):
                mapping = map_headings(sheet.headings, title=sheet.context)
                assert mapping.unmapped == []
                kinds[path.stem] = mapping.kind
        assert kinds.items() >= {
            ("供应商汇总表", Kind.VENDOR),
            ("解决方案清单", Kind.SOLUTION),
            ("政策汇编", Kind.INFORMATION),
            ("培训活动一览", Kind.TRAINING),
        }


class TestAliases:
    def test_staff_add_aliases_and_replace_packaged_ones(self, tmp_path):
        own = "kind,field,alias\nvendor,name,入池主体\nvendor,-,电话\nsolution,summary,产品名称\n"
        (tmp_path / "columns.csv").write_text(own, encoding="utf-8-sig")
        aliases = load_aliases(tmp_path)
        mapping = map_headings(["入池主体", "电话"], Kind.VENDOR, aliases=aliases)
        assert (mapping.fields, mapping.ignored) == ({"入池主体": "name"}, ["电话"])
        assert aliases.field_of(Kind.SOLUTION, "产品名称") == "summary"

    def test_a_folder_without_a_table_of_aliases_changes_nothing(self, tmp_path):
        assert load_aliases(tmp_path) == load_aliases()

    def test_the_packaged_table_says_nothing_twice(self):
        with Path("ingest/columns.csv").open(encoding="utf-8", newline="") as lines:
            aliases = [row for row in csv.DictReader(lines) if row["field"] != "title"]
        seen = Counter((row["kind"], row["alias"]) for row in aliases)
        assert [alias for alias, count in seen.items() if count > 1] == []
