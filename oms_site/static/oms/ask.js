/* One question at a time, answered with a button or Esc. */

const dialog = document.getElementById("ask-dialog");

/** Whether the reader said yes. */
export function ask(title, text, yes) {
  document.getElementById("ask-title").textContent = title;
  document.getElementById("ask-text").textContent = text;
  document.getElementById("ask-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
