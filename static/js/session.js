// Before the sign-in ends by itself: save what is typed on the server, warn, and leave the page when it is over.
"use strict";

const body = document.body;
const token = () => document.querySelector('input[name="csrfmiddlewaretoken"]')?.value || "";
const forms = () => [...document.querySelectorAll('form[method="post"][data-keep], main form[method="post"]')];
const WARN_SECONDS = Number(body.dataset.warnSeconds);
const urls = { time: body.dataset.timeUrl, stay: body.dataset.stayUrl, draft: body.dataset.draftUrl };
const touched = new Set();

document.addEventListener("input", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form") : null;
  if (form && forms().includes(form)) touched.add(form);
});

const post = (url, data) => {
  data.set("csrfmiddlewaretoken", token());
  return fetch(url, { method: "POST", body: data, redirect: "manual", keepalive: true });
};

const saveDraft = async () => {
  const data = new FormData();
  for (const form of touched) {
    for (const [name, value] of new FormData(form)) {
      const field = form.elements.namedItem(name);
      const secret = field instanceof HTMLInputElement && field.type === "password";
      if (typeof value === "string" && !secret) data.append(name, value);
    }
  }
  if (![...data.keys()].length) return false;
  data.set("_path", location.pathname);
  const answer = await post(urls.draft, data);
  return answer.ok && (await answer.json()).saved;
};

const put = (form, fields) => {
  for (const [name, values] of Object.entries(fields)) {
    const found = form.elements.namedItem(name);
    const controls = found instanceof RadioNodeList ? [...found] : found ? [found] : [];
    controls.forEach((control, number) => {
      if (control.type === "hidden" || control.type === "file" || control.type === "password") return;
      if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
      else if (control.multiple) for (const option of control.options) option.selected = values.includes(option.value);
      else control.value = values[number] ?? values[0] ?? "";
    });
  }
};

const restore = async () => {
  const answer = await fetch(`${urls.draft}?path=${encodeURIComponent(location.pathname)}`);
  const { fields } = answer.ok ? await answer.json() : {};
  const target = forms().find((form) => Object.keys(fields || {}).some((name) => form.elements.namedItem(name)));
  if (!target || document.querySelector("[data-focus]")) return;
  put(target, fields);
  touched.add(target);
  const notice = document.getElementById("draft-restored");
  if (notice) notice.hidden = false;
};

const dialog = document.getElementById("session-warning");

const left = async () => {
  const answer = await fetch(urls.time, { redirect: "manual" });
  return answer.ok ? (await answer.json()).seconds : 0;
};

const leave = () => location.replace(`${body.dataset.signInUrl}?next=${encodeURIComponent(location.pathname)}`);

const warn = (seconds, saved) => {
  const text = dialog.querySelector("[data-saved]");
  if (text) text.hidden = !saved;
  if (!dialog.open) dialog.showModal();
  setTimeout(watch, Math.max(1, seconds) * 1000);
};

const watch = async () => {
  const seconds = await left().catch(() => 0);
  if (seconds <= 0) return leave();
  if (seconds > WARN_SECONDS) {
    if (dialog.open) dialog.close();
    setTimeout(watch, (seconds - WARN_SECONDS) * 1000);
    return undefined;
  }
  return warn(seconds, await saveDraft().catch(() => false));
};

if (dialog && urls.time) {
  dialog.querySelector("[data-stay]").addEventListener("click", async () => {
    await post(urls.stay, new FormData());
    dialog.close();
  });
  if (body.dataset.drafts) restore();
  setTimeout(watch, (Number(body.dataset.idleSeconds) - WARN_SECONDS) * 1000);
}
