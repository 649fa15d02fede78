/* Says in the bar whether what is on the screen is live, and since when it is not. */

import { element } from "./format.js";
import { say } from "./say.js";

const TOLD = { live: "live", connecting: "connecting", lost: "reconnecting", silent: "stale", "signed-out": "signed out", forbidden: "no access" };

export function showConnection(stream) {
  const lamp = document.getElementById("connection");
  const text = lamp.querySelector(".words");
  const notice = document.getElementById("notice");
  let known = "";

  function words() {
    if (stream.state === "lost") return `reconnecting, stale ${Math.floor(stream.silence)} s`;
    if (stream.state === "silent") return `stale ${Math.floor(stream.silence)} s`;
    return TOLD[stream.state];
  }

  function paint() {
    const told = words();
    if (told !== text.textContent) text.textContent = told;
    if (stream.state === known) return;
    if (known && known !== "connecting") say(`Connection: ${TOLD[stream.state]}`);
    known = stream.state;
    lamp.dataset.state = known;
    document.body.dataset.connection = known;
    notice.hidden = known !== "signed-out" && known !== "forbidden";
    if (known === "signed-out") {
      const link = element("a", "Log in again");
      link.href = `/login?next=${encodeURIComponent(location.pathname)}`;
      notice.replaceChildren("Your session has ended. ", link);
    } else if (known === "forbidden") {
      notice.textContent = "Your log-in has no role: ask an administrator.";
    }
  }

  stream.addEventListener("state", paint);
  setInterval(paint, 250);
  paint();
}
