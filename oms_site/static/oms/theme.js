/* Sets the colour scheme before anything is painted: dark unless the reader chose otherwise. The admin reads the same choice. */
"use strict";
{
  const chosen = localStorage.getItem("theme");
  if (chosen === null) localStorage.setItem("theme", "dark");
  document.documentElement.dataset.theme = chosen ?? "dark";
  const names = "django.admin.navSidebarIsOpen"; // beside every page of the admin: lists are wide, so they are folded until asked for
  if (localStorage.getItem(names) === null) localStorage.setItem(names, "false");
}
