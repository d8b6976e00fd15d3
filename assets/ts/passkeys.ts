import { all, one } from "./dom";

// Asks the browser for a passkey and sends the answer back in the form that asked. The output of the PRF extension
// opens the keys: it goes out once, in a field of its own, and stays nowhere.

type Json = Record<string, unknown>;

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer | null): string | null {
  if (!buffer) return null;
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (buffer: BufferSource): string => {
  const view = buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer);
  return Array.from(view, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** What the server wrote as text, as the bytes that the browser wants. */
function prepared(options: Json): Json {
  options["challenge"] = bytes(String(options["challenge"]));
  const user = options["user"] as Json | undefined;
  if (user) user["id"] = bytes(String(user["id"]));
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    for (const known of (options[list] as Json[] | undefined) ?? []) known["id"] = bytes(String(known["id"]));
  }
  const extensions = options["extensions"] as { prf?: { eval: { first: unknown } } } | undefined;
  if (extensions?.prf) extensions.prf.eval.first = fromHex(String(extensions.prf.eval.first));
  return options;
}

function prfOf(key: PublicKeyCredential): string {
  const results = key.getClientExtensionResults() as { prf?: { results?: { first?: BufferSource } } };
  const first = results.prf?.results?.first;
  return first ? toHex(first) : "";
}

function written(key: PublicKeyCredential): string {
  const out: Json = { id: key.id, rawId: text(key.rawId), type: key.type, extensions: {} };
  const answer = key.response;
  if (answer instanceof AuthenticatorAttestationResponse) {
    out["response"] = {
      attestationObject: text(answer.attestationObject),
      clientDataJSON: text(answer.clientDataJSON),
      transports: answer.getTransports?.() ?? [],
    };
  } else if (answer instanceof AuthenticatorAssertionResponse) {
    out["response"] = {
      authenticatorData: text(answer.authenticatorData),
      clientDataJSON: text(answer.clientDataJSON),
      signature: text(answer.signature),
      userHandle: text(answer.userHandle),
    };
  }
  return JSON.stringify(out);
}

/** Many devices give the PRF output only when a key is used, not when it is made: it is used once, for that. */
async function prfOfNew(key: PublicKeyCredential, options: Json): Promise<string> {
  const made = prfOf(key);
  const offered = key.getClientExtensionResults() as { prf?: { enabled?: boolean } };
  if (made || !offered.prf?.enabled) return made;
  const again = await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: "public-key", id: key.rawId }],
      userVerification: "required",
      extensions: { prf: (options["extensions"] as { prf: unknown }).prf } as AuthenticationExtensionsClientInputs,
    },
  });
  return again instanceof PublicKeyCredential ? prfOf(again) : "";
}

async function ask(form: HTMLFormElement): Promise<void> {
  const options = prepared(JSON.parse(form.dataset["options"] ?? "{}") as Json);
  const making = form.dataset["key"] === "create";
  const key = making
    ? await navigator.credentials.create({ publicKey: options as unknown as PublicKeyCredentialCreationOptions })
    : await navigator.credentials.get({ publicKey: options as unknown as PublicKeyCredentialRequestOptions });
  if (!(key instanceof PublicKeyCredential)) throw new Error("no passkey");
  const field = (name: string): HTMLInputElement => one<HTMLInputElement>(`[name="${name}"]`, form) as HTMLInputElement;
  field("door_prf").value = making ? await prfOfNew(key, options) : prfOf(key);
  field("door_key").value = written(key);
}

export function passkeys(): void {
  if (!("PublicKeyCredential" in window)) return;
  for (const part of all("[data-key-ask]")) part.hidden = false;
  for (const form of all<HTMLFormElement>("form[data-key]")) {
    let answered = false;
    form.addEventListener("submit", (event) => {
      if (answered) return;
      event.preventDefault();
      event.stopPropagation();
      const said = one("[data-key-said] > *", form);
      if (said) said.hidden = true;
      ask(form).then(
        () => {
          answered = true;
          form.submit();
          one<HTMLInputElement>('[name="door_prf"]', form)?.remove();
        },
        () => {
          if (said) said.hidden = false;
        },
      );
    });
  }
}

/**
 * While many guess at once, each attempt brings a little work: a number that makes the digest begin with zeros. On
 * this thread and in pieces, because a worker would need a Trusted Types policy and there is none.
 */
export function work(): void {
  const challenge = one<HTMLInputElement>("[data-work]");
  const answer = one<HTMLInputElement>('[name="door_answer"]');
  if (!challenge || !answer) return;
  const bits = Number(challenge.dataset["work"] ?? "15");
  const encoder = new TextEncoder();
  const fits = (digest: Uint8Array): boolean => {
    for (let bit = 0; bit < bits; bit += 1) {
      if (((digest[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) return false;
    }
    return true;
  };
  const search = async (): Promise<void> => {
    for (let n = 0; ; n += 1) {
      const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${challenge.value}:${n}`));
      if (fits(new Uint8Array(digest))) {
        answer.value = String(n);
        return;
      }
    }
  };
  void search();
}
