/* REST with the session cookie. A refusal is an answer; only a server that cannot be reached throws. */

export class Offline extends Error {}

const csrf = () => document.querySelector('input[name="csrfmiddlewaretoken"]').value;

/** {ok, status, body}: the body is the object asked for, or the refusal {code, message, field, details}. */
export async function call(method, path, body, headers = {}) {
  const options = { method, credentials: "same-origin", headers: { Accept: "application/json", ...headers } };
  if (method !== "GET") options.headers["X-CSRFToken"] = csrf();
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Offline("the server cannot be reached");
  }
  const text = await answer.text();
  let parsed = null;
  try {
    parsed = text ? JSON.parse(text) : null;
  } catch {
    parsed = { code: "no_json", message: `the server answered ${answer.status} without JSON`, field: null };
  }
  return { ok: answer.ok, status: answer.status, body: parsed };
}

/** Rows of a list, page by page, at most `most` of them. */
export async function rows(path, most = 500) {
  const found = [];
  for (let next = path; next && found.length < most; ) {
    const answer = await call("GET", next);
    if (!answer.ok) throw Object.assign(new Error(answer.body?.message ?? `status ${answer.status}`), { status: answer.status });
    found.push(...answer.body.results);
    next = answer.body.next && new URL(answer.body.next, location.href).pathname + new URL(answer.body.next, location.href).search;
  }
  return found;
}
