"""Which bodies a text names: known by any name, near-twins and strangers never taken for them."""

import pytest

from assistant.planning import bodies_in
from assistant.planning.abbreviations import abbreviates
from assistant.planning.bodies_said import bodies_of
from vectorstore.models import ReportHead, Span


@pytest.fixture
def named(heads, language):
    """Return a function from a text to the bodies that it names: the words, and the organisations they mean."""
    return lambda text: [
        (mention.name, mention.organizations) for mention in bodies_in(text, heads, language)
    ]


@pytest.mark.parametrize(
    ("text", "organization"),
    [
        ("贺兰县2020年办复率", "贺兰县"),
        ("听说贺兰县办得不错，办复率多少", "贺兰县"),
        ("那贺兰县呢", "贺兰县"),
        ("麻烦看下贺兰县的处罚", "贺兰县"),
        ("贺兰2020年办复率", "贺兰县"),
        ("賀蘭縣2020年辦復率", "贺兰县"),
        ("helan county 2020 办复率", "贺兰县"),
        ("宁夏回族自治区银川市贺兰县人民政府2020年", "贺兰县"),
        ("洪泽区收费多少", "淮安市洪泽区"),
        ("江苏省淮安市洪泽区人民政府", "淮安市洪泽区"),
        ("洪泽2023年罚了多少", "淮安市洪泽区"),
        ("洪择区2023年罚了多少", "淮安市洪泽区"),
        ("徐州市鼓楼区的处罚", "徐州市鼓楼区"),
        ("徐州鼓楼区的处罚", "徐州市鼓楼区"),
        ("在南京，鼓楼区罚了多少", "南京市鼓楼区"),
        ("贺兰工业园区2020年", "宁夏贺兰工业园区"),
        ("贺兰园区2020年", "宁夏贺兰工业园区"),
        ("德润园区2020年", "松林市德润工业园区"),
        ("得润园区2020年", "松林市德润工业园区"),
        ("德润看2020年，其余不看", "松林市德润工业园区"),
        ("王弯产业园区2020年发了几条", "青禾县王湾产业园区"),
        ("王湾园区2020年", "青禾县王湾产业园区"),
        ("上海市科委收到几件", "上海市科学技术委员会"),
        ("上海科委收到几件", "上海市科学技术委员会"),
        ("贺兰县教育局收到几件", "贺兰县教育局"),
        ("秦皇岛市的专报", "秦皇岛市"),
        ("秦皇岛2021年的专报", "秦皇岛市"),
    ],
)
def test_a_body_is_known_by_any_of_its_names_wherever_they_stand(named, text, organization):
    assert [organizations for _, organizations in named(text)] == [(organization,)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("听说平罗县开了几次会", "平罗县"),
        ("那永宁县呢", "永宁县"),
        ("麻烦看下永宁县", "永宁县"),
        ("永宁2020年开了几次会", "永宁"),
        ("淮安市淮阴区2023年罚了多少", "淮安市淮阴区"),
        ("杭州市鼓楼区罚了多少", "杭州市鼓楼区"),
        ("福州市鼓楼区罚了多少", "福州市鼓楼区"),
        ("秦皇岛市北戴河区开放了几个数据集", "秦皇岛市北戴河区"),
        ("鞍山市铁东区出动了几次", "鞍山市铁东区"),
        ("吉安市收到几件", "吉安市"),
        ("贺兰县财政局发了几条", "贺兰县财政局"),
        ("海原县教育局收到几件", "海原县教育局"),
        ("贺兰县习岗镇收到几件", "贺兰县习岗镇"),
        ("宁夏大学收到几件", "宁夏大学"),
        ("渭南的办结率是多少", "渭南"),
        ("白石县开了几次常务会议", "白石县"),
        ("石嘴山高新技术产业开发区有没有复议案件", "石嘴山高新技术产业开发区"),
        ("延边州的热线", "延边州"),
    ],
)
def test_a_body_that_no_report_answers_to_stays_unknown_and_is_never_another(named, text, name):
    assert named(text) == [(name, ())]


@pytest.mark.parametrize(
    "text",
    [
        "全国两会提案办了几件",
        "各县区谁最多",
        "城区和乡镇的信访",
        "政务公开专区有几个栏目",
        "便民服务区设了几处",
        "市场监管和市容执法各几次",
        "哪个县收得最多",
        "《贺兰县公开办法》是什么时候定的",
        "一共办理了多少件，公安方面占几成",
        "隔壁小区装了几部电梯",
        "组织大家学了县里哪三份文件",
    ],
)
def test_words_that_only_look_like_a_body_name_none(named, text):
    assert named(text) == []


def test_namesakes_are_told_together_where_nothing_says_which(named):
    ((name, organizations),) = named("鼓楼区2021年罚了多少")

    assert name == "鼓楼区"
    assert set(organizations) == {"南京市鼓楼区", "徐州市鼓楼区"}


def test_an_office_behind_the_year_is_another_body_than_its_county(named):
    assert ("自然资源和规划局", ()) in named("贺兰县2021年自然资源和规划局收到几件申请")


def test_several_bodies_come_in_the_order_of_the_text_known_and_unknown(named):
    found = named("贺兰县跟平罗县比，再加上洪泽区和贺兰工业园区")

    assert found == [
        ("贺兰县", ("贺兰县",)),
        ("平罗县", ()),
        ("洪泽区", ("淮安市洪泽区",)),
        ("贺兰工业园区", ("宁夏贺兰工业园区",)),
    ]


@pytest.mark.parametrize("text", ["听说賀蘭縣２０２０年…辦得好", "①麻烦看下贺兰县㎡", "贺兰县……洪泽区"])
def test_spans_count_in_the_text_as_typed(heads, language, text):
    first = bodies_in(text, heads, language)[0]

    assert text[first.start : first.end] in {"賀蘭縣", "贺兰县"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("广外街道", ["京城西门区广安门外街道办事处"]),
        ("鹿城资规分局", ["温州市自然资源和规划局鹿城分局"]),
        ("温州鹿城资规分局", ["温州市自然资源和规划局鹿城分局"]),
        ("温州市自然资源和规划局", []),
        ("温州市规划局", []),
        ("海南食药坚局", ["海南省食品药品监督管理局"]),
        ("海南食药监局", ["海南省食品药品监督管理局"]),
        ("广安街道", []),
        ("海南药监局", []),
        ("宁夏工业园区", []),
        ("贺兰区", []),
    ],
)
def test_a_name_said_shorter_is_known_where_nothing_of_its_own_is_left_out(said: str, meant: list[str]):
    names = (
        "京城西门区广安门外街道办事处", "海南省食品药品监督管理局", "温州市自然资源和规划局鹿城分局", "宁夏贺兰工业园区", "贺兰县",
    )  # fmt: skip
    assert [name for name in names if abbreviates(said, name)] == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [("济南中山街道", "济南市市中区中山街道办事处"), ("石家庄桥西中山街道", "石家庄桥西中山街道")],
)
def test_a_street_of_another_city_is_another_body(said: str, meant: str, language):
    head = ReportHead(
        report_id="1", title="", organization="济南市市中区中山街道办事处", aliases=(), kind="government",
        region=("山东省", "济南市", "市中区"), year=2021, form="form2021", published=None, source="",
    )  # fmt: skip
    span = Span(mark="o", start=0, end=len(said), text=said, probability=1.0)

    (body,) = bodies_of(f"{said}2021年收到几件申请", (span,), (head,), language)

    assert body.name == meant
