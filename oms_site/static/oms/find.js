/* `/` goes to the field that finds, from anywhere in the admin. */

const typing = (target) => target.matches?.("input, select, textarea") || target.isContentEditable;

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  event.preventDefault();
  document.getElementById("find").focus();
});
