/* One polite live region for everything that is only said. */

let pending = 0;

export function say(text) {
  const region = document.getElementById("said");
  clearTimeout(pending);
  region.textContent = "";
  pending = setTimeout(() => { region.textContent = text; }, 50);
}
