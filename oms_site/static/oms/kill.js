/* The page of a kill: what is still open of its scope, asked every second until nothing is. */

const shown = document.getElementById("kill-live");
const EVERY_MS = 1000;

async function look() {
  try {
    const answer = await fetch(shown.dataset.url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.ok) {
      const kill = await answer.json();
      shown.dataset.state = kill.state;
      shown.textContent = told(kill);
      if (kill.state !== "killing") return;
    }
  } catch {
    shown.textContent = "The server does not answer; what is shown may be old.";
  }
  setTimeout(look, EVERY_MS);
}

function told({ state, open_left: left, open_spared: spared }) {
  const stays = spared ? `; ${spared} left open, as they can only reduce` : "";
  if (state === "killing") return `killing: ${left} still open${stays}`;
  return `${state}${stays}`;
}

if (shown) look();
