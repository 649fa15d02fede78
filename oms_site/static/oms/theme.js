/* Sets the colour scheme before anything is painted: dark unless the reader chose otherwise. The admin reads the same choice. */
"use strict";
{
  const chosen = localStorage.getItem("theme");
  if (chosen === null) localStorage.setItem("theme", "dark");
  document.documentElement.dataset.theme = chosen ?? "dark";
}
