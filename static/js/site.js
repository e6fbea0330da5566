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

  // A page that answers a search that was posted: coming back to it asks for it anew and sends nothing again.
  if (document.querySelector("[data-search-answer]")) history.replaceState(null, "", location.pathname);
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

// The calendar or clock of the browser beside a date or time that is typed.
document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element ? event.target.closest("[data-pick]") : null;
  const typed = opener && document.getElementById(opener.dataset.for);
  if (!typed) return;
  for (const old of document.querySelectorAll(".picker-native")) old.remove();
  const native = document.createElement("input");
  native.type = opener.dataset.pick;
  native.className = "picker-native";
  native.tabIndex = -1;
  native.setAttribute("aria-hidden", "true");
  if (typed.dataset.min) native.min = typed.dataset.min;
  if (typed.dataset.max) native.max = typed.dataset.max;
  if (/^(\d{4}-\d{2}-\d{2}|\d{2}:\d{2})$/.test(typed.value)) native.value = typed.value;
  native.addEventListener("change", () => {
    typed.value = native.value;
    typed.dispatchEvent(new Event("input", { bubbles: true }));
  });
  opener.after(native);
  native.showPicker();
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
