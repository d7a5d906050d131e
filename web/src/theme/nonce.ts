import { setNonce } from "get-nonce";

/** The nonce that the server wrote into this page: no style without it is taken. */
export function nonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce ?? "";
}

// What Mantine's dialogs use to keep the page still asks here.
setNonce(nonce());
