"""Which places a body's name begins with, and which lies in which."""

import pytest

from ingest.gazetteer import completed, find_places, places_named, split_regions


@pytest.mark.parametrize(
    ("name", "region", "own"),
    [
        ("洪泽区", (), "洪泽区"),
        ("江苏省淮安市洪泽区", ("江苏省", "淮安市"), "洪泽区"),
        ("淮安市洪泽区", ("江苏省", "淮安市"), "洪泽区"),
        ("宁夏吴忠金积工业园区", ("宁夏回族自治区", "吴忠市"), "金积工业园区"),
        ("宝鸡高新区", ("陕西省", "宝鸡市"), "高新区"),
        ("延边州龙井市", ("吉林省", "延边朝鲜族自治州"), "龙井市"),
        ("吉林市船营区", ("吉林省", "吉林市"), "船营区"),
        ("宁夏回族自治区", (), "宁夏回族自治区"),
        ("中山街道", (), "中山街道"),
        ("朝阳工业园区", (), "朝阳工业园区"),
        ("松林市青禾县市场监督管理局", ("松林市", "青禾县"), "市场监督管理局"),
        ("北原青禾工业园区", (), "北原青禾工业园区"),
    ],
)
def test_the_places_in_front_are_split_off_a_name(name, region, own):
    assert split_regions(name) == (region, own)


def test_a_place_that_is_the_only_one_of_its_name_is_known_to_lie_where_it_lies():
    assert completed((), "洪泽区") == ("江苏省", "淮安市")
    assert completed(("江苏省",), "鼓楼区") is None
    assert completed(("江苏省", "徐州市"), "鼓楼区") == ("江苏省", "徐州市")


def test_a_place_goes_by_its_name_without_the_peoples_in_it():
    assert [place.name for place in places_named("鄂温克旗")] == ["鄂温克族自治旗"]


def test_places_are_found_inside_other_words():
    text = "那永宁县呢，麻烦看下淮安市淮阴区"
    assert [text[found.start : found.end] for found in find_places(text)] == ["永宁县", "淮安市", "淮阴区"]
