import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalise import normalise_row, read_document_number
from ingest.normalise.documents import document_key
from ingest.normalise.records import ROWS
from search.engine import Kind
from search.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
CODE = "91110000600037341L"


def read(kind: Kind, context: str = "", **raw: str):
    return normalise_row(kind, raw, VOCABULARY, context=context)


def told(row) -> dict[str, str]:
    return {problem.field: problem.sentence() for problem in row.problems if not problem.repaired}


def test_a_vendor_row_is_read_whole():
    row = read(
        Kind.VENDOR,
        name="敢为软件（ganweisoft）",
        aliases_text="敢为；GanWei",
        credit_code="9111 0000600037341l",
        kind_text="系统集成商",
        province_text="广东",
        city_text="深圳市",
        county_text="南山区",
        service_areas="设备联网、能耗管理",
        products="MES",
        summary="我们，做\n物联网。",
        website="https://www.ganwei.com/cn",
        industries_text="注塑、3C电子",
        source="公开资料",
    )
    assert row.values == {
        "name": "敢为软件",
        "aliases": ["ganweisoft", "敢为", "GanWei"],
        "credit_code": CODE,
        "kind": "service",
        "region": "440305",
        "region_text": "广东 深圳市 南山区",
        "service_areas": "设备联网、能耗管理",
        "products": "MES",
        "summary": "我们，做\n物联网。",
        "website": "https://www.ganwei.com/cn",
        "industries": ["C29", "C39"],
        "scenarios": ["equipment-connectivity", "energy-management", "manufacturing-execution"],
        "source": "公开资料",
    }
    assert not row.rejected
    assert not row.unverified
    assert all(problem.repaired for problem in row.problems)


@pytest.mark.parametrize(
    ("kind", "raw", "field"),
    [
        (Kind.VENDOR, {"summary": "无名"}, "name"),
        (Kind.VENDOR, {"name": "—"}, "name"),
        (Kind.VENDOR, {"name": "123"}, "name"),
        (Kind.SOLUTION, {"name": "MES"}, "vendor"),
        (Kind.SOLUTION, {"vendor": "云启"}, "name"),
        (Kind.CASE, {}, "name"),
        (Kind.INFORMATION, {"issuer": "东莞市人民政府"}, "name"),
        (Kind.TRAINING, {"name": "长" * 300}, "name"),
    ],
)
def test_a_row_without_what_it_needs_is_rejected_with_a_reason(kind, raw, field):
    row = read(kind, **raw)
    assert row.rejected
    assert field in told(row)


def test_a_wrong_credit_code_is_left_out_and_the_row_waits_for_a_person():
    row = read(Kind.VENDOR, name="云启智造", credit_code="91110000600037341M")
    assert "credit_code" not in row.values
    assert row.unverified
    assert not row.rejected
    assert told(row) == {"credit_code": "The check digit is M, but L would be right."}


def test_broken_optional_values_are_left_out_one_by_one():
    row = read(
        Kind.VENDOR,
        name="云启智造",
        website="见附件",
        kind_text="平台商、服务商",
        region_text="火星基地",
        industries_text="注塑、甲乙丙丁",
        scenarios_text="甲乙丙丁",
        source="x" * 5000,
    )
    assert row.values == {"name": "云启智造", "region_text": "火星基地", "industries": ["C29"]}
    assert set(told(row)) == {"website", "kind", "region", "industries", "scenarios", "source"}
    assert not row.rejected


def test_unknown_words_are_listed_one_by_one():
    row = read(Kind.SOLUTION, name="MES", vendor="云启", scenarios_text="生产执行、甲乙丙丁")
    assert row.values["scenarios"] == ["manufacturing-execution"]
    assert [(p.field, p.value) for p in row.problems] == [("scenarios", "甲乙丙丁")]


@pytest.mark.parametrize(
    ("context", "kind"),
    [("平台商", "platform"), ("汇总表（服务商）", "service"), ("平台商与服务商", None), ("", None)],
)
def test_the_sheet_tells_the_kind_of_vendor_when_no_column_does(context, kind):
    assert read(Kind.VENDOR, context=context, name="云启").values.get("kind") == kind


@pytest.mark.parametrize(
    ("places", "region", "text"),
    [
        ({"province_text": "广东", "city_text": "东莞"}, "441900", "广东 东莞"),
        ({"province_text": "广东", "city_text": "广东省东莞市"}, "441900", "广东省东莞市"),
        ({"province_text": "上海", "city_text": "上海市"}, None, "上海市"),
        ({"province_text": "浙江省", "city_text": "杭州市"}, None, "浙江省 杭州市"),
        ({"region_text": "全国"}, None, "全国"),
        ({"province_text": "广东省"}, "440000", "广东省"),
        ({}, None, None),
    ],
)
def test_columns_of_place_are_put_together_and_other_provinces_keep_their_text(
    places, region, text
):
    row = read(Kind.VENDOR, name="云启", **places)
    assert (row.values.get("region"), row.values.get("region_text")) == (region, text)
    assert told(row) == {}


@pytest.mark.parametrize(
    ("number", "code", "is_told"),
    [
        ("440305", "440305", False),
        ("440305000000", "440305", False),
        ("440305.0", "440305", False),
        ("330100", None, False),
        ("449999", None, True),
        ("990000", None, True),
    ],
)
def test_a_place_may_be_given_by_its_number(number, code, is_told):
    row = read(Kind.VENDOR, name="某某科技有限公司", region_text=number)
    assert row.values.get("region") == code
    assert ("region" in told(row)) == is_told


def test_a_text_that_is_too_long_says_so():
    row = read(Kind.VENDOR, name="名" * 201)
    assert row.rejected
    assert told(row)["name"] == "This is longer than the column allows."


def test_every_text_that_a_workbook_can_hold_is_kept():
    about = "长" * 32_767
    row = read(Kind.VENDOR, name="某某科技有限公司", summary=about)
    assert (row.values["summary"], told(row)) == (about, {})


def test_a_registered_name_tells_the_region_when_no_column_does():
    assert read(Kind.VENDOR, name="深圳市云启有限公司").values["region"] == "440300"
    assert "region" not in read(Kind.VENDOR, name="北京云启有限公司").values
    assert (
        read(Kind.VENDOR, name="深圳市云启有限公司", city_text="东莞").values["region"] == "441900"
    )


def test_partners_of_a_joint_name_are_handed_on():
    row = read(Kind.VENDOR, name="山河智能(联合中国联通)")
    assert row.values["name"] == "山河智能"
    assert row.hints == {"partners": "中国联通"}
    assert [p.sentence() for p in row.problems] == [
        "Several organisations share this cell; 山河智能 is taken."
    ]


def test_a_solution_row_is_read_whole():
    row = read(
        Kind.SOLUTION,
        name="AVEVA MES(原 Wonderware)",
        vendor="云启",
        vendor_credit_code=CODE,
        price_text="8-10万元/年",
        deployment_text="SaaS或本地",
        year="2024年3月",
        city_text="东莞",
    )
    assert row.values == {
        "name": "AVEVA MES(原 Wonderware)",
        "vendor": "云启",
        "extra": {"region_text": "东莞"},
        "price_text": "8-10万元/年",
        "price_from": 8_000_000,
        "price_model": "subscription",
        "deployment": ["public_cloud", "on_premises"],
        "year": 2024,
    }
    assert row.hints == {"vendor_credit_code": CODE, "vendor_region": "441900"}


@pytest.mark.parametrize(
    ("price", "model_text", "fen", "model", "fields"),
    [
        ("免费", "", 0, "free", set()),
        ("", "5000元/年", 500_000, "subscription", set()),
        ("", "买断", None, "licence", set()),
        ("20万", "按年订阅", 20_000_000, "subscription", set()),
        ("5000美元", "", None, None, {"price_text"}),
        ("", "看心情", None, None, {"price_model"}),
    ],
)
def test_prices_and_price_models(price, model_text, fen, model, fields):
    row = read(
        Kind.SOLUTION, name="MES", vendor="云启", price_text=price, price_model_text=model_text
    )
    assert row.values.get("price_from") == fen
    assert row.values.get("price_model") == model
    assert set(told(row)) == fields


def test_an_unreadable_year_or_deployment_is_reported():
    row = read(Kind.SOLUTION, name="MES", vendor="云启", year="去年", deployment_text="放在月球")
    assert set(told(row)) == {"year", "deployment"}


def test_a_case_takes_its_region_from_the_factory():
    row = read(Kind.CASE, name="改造", factory="佛山市美居家具有限公司", vendor="云启", year="2024")
    assert (row.values["region"], row.values["year"]) == ("440600", 2024)


def test_an_information_row_is_read_whole():
    row = read(
        Kind.INFORMATION,
        name="东莞市数字经济政策措施",
        document_number="东府[2022]1号",
        issuer="东莞市人民政府",
        issued_on="2022年1月",
        valid_until="2022-01-01至2024-12-31",
        summary="要点",
    )
    assert row.values == {
        "name": "东莞市数字经济政策措施",
        "issuer": "东莞市人民政府",
        "document_number": "东府〔2022〕1号",
        "issued_on": "2022-01",
        "valid_from": "2022-01-01",
        "valid_until": "2024-12-31",
        "category": "policy",
        "region": "441900",
        "summary": "要点",
    }
    assert row.problems == ()


def test_a_number_that_belongs_to_another_document_is_not_taken():
    row = read(Kind.INFORMATION, name="计划", document_number="粤府函〔2020〕82号(依据文件)")
    assert "document_number" not in row.values
    assert "document_number" in told(row)
    assert read_document_number("没有文号") == ("", "没有文号")


def test_document_numbers_are_one_whatever_their_brackets():
    assert document_key("粤府【2021】45号") == document_key("粤府〔2021〕第45号") != ""
    assert document_key("无") == ""


def test_the_end_of_validity_is_found_in_the_summary_when_no_column_states_it():
    row = read(Kind.INFORMATION, name="实施方案", summary="落实试点,有效期至2025-12-31。")
    assert row.values["valid_until"] == "2025-12-31"


def test_validity_that_ends_before_it_begins_is_reported():
    row = read(Kind.INFORMATION, name="通知", valid_from="2024", valid_until="2023-12-31")
    assert "valid_until" not in row.values
    assert told(row) == {"valid_until": "The validity ends before it begins."}


@pytest.mark.parametrize(
    ("name", "stated", "category"),
    [
        ("某通知", "行业动态", "industry"),
        ("某市2024年经济运行情况", "", "macro"),
        ("工业APP大赛", "", "event"),
        ("实施办法", "", "policy"),
        ("数字化转型进展", "", "industry"),
    ],
)
def test_the_category_is_stated_or_told_by_the_title(name, stated, category):
    row = read(Kind.INFORMATION, name=name, category_text=stated)
    assert row.values["category"] == category


def test_a_number_alone_makes_a_policy():
    row = read(Kind.INFORMATION, name="数字化转型进展", document_number="粤府〔2021〕45号")
    assert row.values["category"] == "policy"


def test_a_training_row_keeps_the_end_of_a_range_beside_its_fields():
    row = read(Kind.TRAINING, name="培训班", starts_on="2020-05-25至2020-05-27", venue="东莞松山湖")
    assert row.values["starts_on"] == "2020-05-25"
    assert row.values["extra"] == {"ends_on": "2020-05-27"}
    assert row.values["region"].startswith("4419")


@pytest.mark.parametrize(
    ("mode", "venue", "value", "fields"),
    [
        ("线上", "", "online", set()),
        ("线下", "", "offline", set()),
        ("线上线下结合", "", "hybrid", set()),
        ("", "线上", "online", set()),
        ("未注明", "东莞", None, set()),
        ("心灵感应", "", None, {"mode"}),
    ],
)
def test_the_mode_of_a_training(mode, venue, value, fields):
    row = read(Kind.TRAINING, name="培训班", mode_text=mode, venue=venue)
    assert row.values.get("mode") == value
    assert set(told(row)) == fields


RAW_FIELDS = (
    "name vendor credit_code vendor_credit_code kind_text region_text city_text website price_text"
    " price_model_text deployment_text industries_text scenarios_text year document_number"
    " issued_on valid_from valid_until starts_on mode_text venue aliases_text category_text"
)
CELLS = st.text(alphabet="深圳市东莞云启(（)）0129Z年月日万元至-—/;、. \n", max_size=12) | st.text(
    max_size=8
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(list(Kind)),
    raw=st.dictionaries(st.sampled_from(RAW_FIELDS.split()), CELLS, max_size=8),
)
def test_no_cell_breaks_a_row_and_what_comes_out_is_valid(kind, raw):
    row = normalise_row(kind, raw, VOCABULARY)
    if not row.rejected:
        ROWS[kind].model_validate(row.values)
    for problem in row.problems:
        assert problem.sentence()
