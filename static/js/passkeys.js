// Passkeys: the browser signs what the server asks for. Forms with data-passkey="get" or "create"; data-ask says
// where to ask when it is not where the form goes, data-credential where the answer goes.
"use strict";

const toBytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
};

const toText = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const withBytes = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

const asked = {
  async get(form) {
    const answer = await fetch(form.dataset.ask || form.action, { headers: { Accept: "application/json" } });
    const { publicKey } = (await answer.json()).options;
    publicKey.challenge = toBytes(publicKey.challenge);
    publicKey.allowCredentials = withBytes(publicKey.allowCredentials);
    return navigator.credentials.get({ publicKey });
  },
  async create(form) {
    const { publicKey } = JSON.parse(form.dataset.options);
    publicKey.challenge = toBytes(publicKey.challenge);
    publicKey.user.id = toBytes(publicKey.user.id);
    publicKey.excludeCredentials = withBytes(publicKey.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  },
};

const spoken = (credential) => {
  const said = credential.response;
  const response = { clientDataJSON: toText(said.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[name]) response[name] = toText(said[name]);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    const field = form.querySelector("[data-credential]") || form.elements.namedItem("credential");
    if (field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const failed = form.querySelector("[data-passkey-failed]");
    if (failed) failed.hidden = true;
    try {
      const credential = await asked[form.dataset.passkey](form);
      field.value = JSON.stringify(spoken(credential));
      form.submit();
    } catch {
      if (failed) failed.hidden = false;
    }
  });
}
