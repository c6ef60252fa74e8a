/** Sends a file as the raw body of a route and tells how far it is: fetch cannot tell, XMLHttpRequest can. */
import type { ParamsOf, QueryOf, ReplyOf, RouteSpec } from "@megalith/contract";
import { ApiError, addressOf, errorOf, unreachable } from "./call-route.ts";

export interface Upload<T> {
  readonly done: Promise<T>;
  readonly cancel: () => void;
}

/** @param onProgress gets the share that was sent, 0 to 1. */
export function uploadFile<const R extends RouteSpec>(
  spec: R,
  parts: { readonly params?: ParamsOf<R>; readonly query?: QueryOf<R> },
  file: Blob,
  onProgress: (share: number) => void,
): Upload<ReplyOf<R>> {
  const request = new XMLHttpRequest();
  const done = new Promise<ReplyOf<R>>((resolve, reject) => {
    request.open(spec.method, addressOf(spec, parts as Parameters<typeof addressOf>[1]));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("accept-language", document.documentElement.lang);
    request.upload.addEventListener("progress", (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as ReplyOf<R>);
      else reject(errorOf(request.status, request.responseText));
    });
    request.addEventListener("error", () => reject(new ApiError(0, unreachable)));
    request.addEventListener("abort", () => reject(new ApiError(0, { code: "network.cancelled", message: "The upload was cancelled." })));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}
