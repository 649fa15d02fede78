"""A watch list longer than the server takes frames a second is asked for in steps."""

from collections.abc import Callable

from tests.browser.conftest import Person

ASK = """async (count) => {
    const script = document.querySelector("script[type=module][src$='blotter.js']");
    const { Stream } = await import(new URL("stream.js", script.src).href);
    const stream = new Stream(document.location.origin.replace(/^http/, "ws") + "/ws/stream");
    let lost = 0;
    stream.addEventListener("state", () => { lost += stream.state === "lost"; });
    stream.open();
    const answers = Array.from({ length: count }, (_, number) => new Promise((told) => {
        stream.follow("quotes", `NONE${number}`, { snapshot: told, update: told, error: ({ code }) => told(code) });
    }));
    return { codes: [...new Set(await Promise.all(answers))], lost };
}"""


def test_three_hundred_subscriptions_are_all_answered_on_one_connection(person: Callable[..., Person]) -> None:
    page = person().blotter()
    assert page.evaluate(ASK, 300) == {"codes": ["key_unknown"], "lost": 0}
