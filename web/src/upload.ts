// A `fetch` that tells how much of the body is on its way, which the browser's own does not.

export type OnSent = (sent: number, all: number) => void;

export function uploading(onSent: OnSent): typeof fetch {
  return (address, { method = "GET", headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, String(address));
      new Headers(headers).forEach((value, name) => request.setRequestHeader(name, value));
      request.upload.onprogress = ({ loaded, total }) => onSent(loaded, total);
      request.onload = () => resolve(answerOf(request));
      request.onerror = () => reject(new TypeError("the connection broke off"));
      request.onabort = () => reject(new DOMException("It was stopped", "AbortError"));
      signal?.addEventListener("abort", () => request.abort());
      if (signal?.aborted) request.abort();
      request.send(body as XMLHttpRequestBodyInit | null);
    });
}

function answerOf(request: XMLHttpRequest): Response {
  const lines = request.getAllResponseHeaders().trim().split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(":");
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
  return new Response(request.responseText, { status: request.status, headers });
}
