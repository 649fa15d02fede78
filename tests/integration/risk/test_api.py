"""REST of this room: log-in, accounts, limits, utilisation, kills; by role, with strict bodies and queries."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from risk import services
from risk.models import AccountExposure, ApiToken, Kill
from tests.integration.risk.conftest import NOW, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.risk.routes")]


def client(user=None, token: str | None = None) -> APIClient:
    made = APIClient()
    if token:
        made.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    elif user is not None:
        made.force_authenticate(user)
    return made


def log_in(**body):
    return client().post("/api/auth/token", {"username": "trader", "password": PASSWORD} | body, format="json")


def test_a_token_is_told_once_opens_the_api_and_is_refused_after_log_out(people) -> None:
    answer = log_in()
    assert answer.status_code == 201
    assert answer.data["roles"] == ["trader"]
    assert answer["Cache-Control"] == "no-store"
    mine = client(token=answer.data["token"])
    assert mine.get("/api/accounts").status_code == 200
    assert mine.delete("/api/auth/token").status_code == 204
    assert mine.get("/api/accounts").status_code == 401
    assert mine.post("/api/auth/token", {"username": "trader", "password": PASSWORD}, format="json").status_code == 201


def test_logging_out_everywhere_revokes_every_token(people) -> None:
    tokens = [log_in().data["token"] for _ in range(3)]
    assert client(token=tokens[0]).delete("/api/auth/tokens").data == {"revoked": 3}
    assert {client(token=token).get("/api/accounts").status_code for token in tokens} == {401}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"password": "wrong"}, 401, None),
        ({"username": "nobody"}, 401, None),
        ({"username": None}, 400, "username"),
        ({"username": 7}, 400, "username"),
        ({"username": ""}, 400, "username"),
        ({"username": "a\x00b"}, 400, "username"),
        ({"otp": None}, 400, "otp"),
        ({"otp": "123456"}, 400, "otp"),
        ({"is_admin": True}, 400, "is_admin"),
    ],
)
def test_a_log_in_that_fails_says_so_in_the_envelope_and_makes_no_token(people, body, status, field) -> None:
    answer = log_in(**body)
    assert (answer.status_code, answer.data["field"]) == (status, field)
    assert set(answer.data) == {"code", "message", "field", "request_id", "details"}
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", '"x"', "{", '{"username": "a"}'])
def test_a_body_that_is_no_log_in_is_400(people, body) -> None:
    assert client().post("/api/auth/token", body, content_type="application/json").status_code == 400


ROUTES = [
    ("get", "/api/accounts"),
    ("get", "/api/risk/limits"),
    ("get", "/api/risk/utilisation"),
    ("get", "/api/risk/kill"),
    ("post", "/api/risk/kill"),
    ("post", "/api/risk/kill/1/release"),
    ("delete", "/api/auth/token"),
    ("delete", "/api/auth/tokens"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_gets_in_without_a_log_in(people, method, path) -> None:
    assert getattr(client(), method)(path).status_code == 401
    assert getattr(client(token="x" * 43), method)(path).status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_unknown_parameter_is_400(people, method, path) -> None:
    answer = getattr(client(people["risk"]), method)(f"{path}?fun=1")
    assert (answer.status_code, answer.data["field"]) == (400, "fun")


def test_accounts_are_told_with_whether_they_can_be_traded(people) -> None:
    def rows(who: str) -> dict[str, bool]:
        return {row["account"]: row["can_trade"] for row in client(people[who]).get("/api/accounts").data["results"]}

    assert rows("trader") == {"ACME-1": True}
    assert rows("sales") == {"ACME-1": False, "ZEN-1": False}
    assert rows("viewer") == {"ACME-1": False, "HOUSE-LP": False, "ZEN-1": False}
    assert rows("stranger") == {}


def test_accounts_come_in_pages(people) -> None:
    first = client(people["risk"]).get("/api/accounts?page_size=2")
    assert [row["account"] for row in first.data["results"]] == ["ACME-1", "HOUSE-LP"]
    second = client(people["risk"]).get(first.data["next"])
    assert [row["account"] for row in second.data["results"]] == ["ZEN-1"]
    assert second.data["next"] is None


def _limits(people) -> None:
    for scope, key, rule, value in (
        ("firm", "", "max_position", "100"),
        ("firm", "", "price_band", "10"),
        ("account", "ACME-1", "max_position", "40.5"),
        ("account", "ZEN-1", "max_position", "60"),
    ):
        services.limit_set(actor=people["risk"], scope=scope, key=key, rule=rule, value=Decimal(value), now=NOW)


def test_limits_show_the_firms_and_ones_own(people) -> None:
    _limits(people)
    rows = client(people["trader"]).get("/api/risk/limits").data["results"]
    assert [(row["account"], row["rule"], row["value"]) for row in rows] == [
        (None, "max_position", "100"),
        (None, "price_band", "10"),
        ("ACME-1", "max_position", "40.5"),
    ]
    foreign = client(people["trader"]).get("/api/risk/limits?account=ZEN-1").data["results"]
    assert {row["account"] for row in foreign} == {None}
    assert len(client(people["risk"]).get("/api/risk/limits").data["results"]) == 4


def test_utilisation_shows_the_binding_limit_and_the_headroom_of_own_accounts(people) -> None:
    _limits(people)
    for code in ("ACME-1", "ZEN-1", "HOUSE-LP"):
        AccountExposure.objects.create(
            account=code,
            seq=7,
            open_orders=2,
            symbols={"IBM": {"position": "-10", "open_buy": "5", "open_sell": "20.25"}},
            updated_at=NOW,
        )
    (row,) = client(people["trader"]).get("/api/risk/utilisation").data["results"]
    assert (row["account"], row["seq"], row["open_orders"]) == ("ACME-1", 7, 2)
    assert row["symbols"] == [
        {
            "symbol": "IBM",
            "position": "-10",
            "open_buy": "5",
            "open_sell": "20.25",
            "rule": "max_position",
            "limit": "40.5",
            "scope": "account",
            "worst": "30.25",
            "used_percent": 75,
            "headroom_buy": "45.5",
            "headroom_sell": "10.25",
        }
    ]
    house = client(people["risk"]).get("/api/risk/utilisation?account=HOUSE-LP").data["results"][0]
    assert (house["symbols"][0]["limit"], house["symbols"][0]["scope"]) == ("100", "firm")
    assert client(people["trader"]).get("/api/risk/utilisation?account=ZEN-1").data["results"] == []


def kill(user, **body):
    return client(user).post("/api/risk/kill", {"scope": "firm", "reason": "drill"} | body, format="json")


def test_a_kill_is_201_once_then_200_and_released_by_two_persons(people) -> None:
    first = kill(people["risk"])
    assert first.status_code == 201
    assert (first.data["scope"], first.data["key"], first.data["set_by"], first.data["released_at"]) == ("firm", "", "risk", None)
    again = kill(people["operations"])
    assert (again.status_code, again.data["id"]) == (200, first.data["id"])
    path = f"/api/risk/kill/{first.data['id']}/release"
    own = client(people["risk"]).post(path)
    assert (own.status_code, own.data["code"]) == (403, "second_person_needed")
    asked = client(people["risk2"]).post(path, {"reason": "it is over"}, format="json")
    assert (asked.status_code, asked.data["requested_by"]) == (202, "risk2")
    again = client(people["risk2"]).post(path)
    assert (again.status_code, again.data["code"]) == (403, "second_person_needed")
    assert client(people["trader"]).post(path).status_code == 403
    released = client(people["risk"]).post(path)
    assert (released.status_code, released.data["released_by"], released.data["state"]) == (200, "risk", "released")
    assert client(people["risk2"]).post(path).status_code == 409
    assert client(people["risk2"]).post("/api/risk/kill/99999/release").status_code == 404


def test_kills_in_force_are_told_to_whom_they_concern(people) -> None:
    kill(people["risk"], scope="account", key="ZEN-1")
    firm = kill(people["risk"]).data["id"]

    def told(who: str) -> list[tuple[str, str]]:
        return [(row["scope"], row["key"]) for row in client(people[who]).get("/api/risk/kill").data["results"]]

    assert told("trader") == [("firm", "")]
    assert told("risk2") == [("firm", ""), ("account", "ZEN-1")]
    client(people["risk2"]).post(f"/api/risk/kill/{firm}/release")
    client(people["admin"]).post(f"/api/risk/kill/{firm}/release")
    assert told("trader") == []


@pytest.mark.parametrize("who", ["trader", "sales", "viewer", "stranger"])
def test_who_may_not_kill_is_refused_without_effect(people, who) -> None:
    assert kill(people[who]).status_code == 403
    assert not Kill.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "planet"}, "scope"),
        ({"scope": "desk"}, "key"),
        ({"scope": "desk", "key": "NOBODY"}, "key"),
        ({"scope": "trader", "key": "nobody"}, "key"),
        ({"scope": "instrument", "key": "NOBODY"}, "key"),
        ({"spare_reducing": "yes"}, "spare_reducing"),
        ({"scope": None}, "scope"),
        ({"scope": "account"}, "key"),
        ({"scope": "account", "key": "NOBODY"}, "key"),
        ({"key": "ACME-1"}, "key"),
        ({"key": None}, "key"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": 1}, "reason"),
        ({"set_by": "admin"}, "set_by"),
    ],
)
def test_a_kill_that_makes_no_sense_is_400_on_its_field(people, body, field) -> None:
    answer = kill(people["risk"], **body)
    assert (answer.status_code, answer.data["field"]) == (400, field)
    assert not Kill.objects.exists()


def test_a_key_beyond_any_number_is_404(people) -> None:
    assert client(people["risk"]).post(f"/api/risk/kill/{'9' * 40}/release").status_code == 404


def test_the_clock_of_tokens_is_the_databases(people) -> None:
    token = log_in().data
    assert datetime.fromisoformat(token["expires_at"]) > datetime.now(UTC)
