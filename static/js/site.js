// Small helps on top of pages that work without them. No framework, no eval.
"use strict";

document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-menu]")) {
    const menu = document.getElementById(button.dataset.menu);
    const show = (open) => {
      button.setAttribute("aria-expanded", String(open));
      menu.classList.toggle("is-open", open);
    };
    button.hidden = false;
    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
        show(false);
        button.focus();
      }
    });
  }

  const summary = document.querySelector("[data-focus]");
  if (summary) {
    const dialog = summary.closest("dialog");
    if (dialog && !dialog.open) dialog.showModal();
    summary.focus();
  }
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;

  const opener = target.closest("[data-dialog]");
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
  }

  const closer = target.closest("[data-close]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog) dialog.close();
    else history.back();
  }
});

// One press, one request. The browser's own back button must find the form usable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
  setTimeout(() => delete form.dataset.sent, 5000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Progress: say a change of state aloud, once.
let said = "";
document.addEventListener("htmx:afterSettle", () => {
  const label = document.querySelector("[data-progress] [data-progress-label]");
  const announcer = document.getElementById("announcer");
  if (label && announcer && label.textContent !== said) {
    said = label.textContent;
    announcer.textContent = said;
  }
});
