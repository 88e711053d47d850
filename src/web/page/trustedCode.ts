interface PolicyRules {
  readonly createScriptURL: (address: string) => string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: PolicyRules): unknown;
}

/**
 * Says, to browsers that ask, which addresses may become code: those of blobs that this page made, which its workers are. Markup
 * and scripts may not be made from text at all.
 */
export function allowOwnWorkers(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createScriptURL: (address) => {
      if (address.startsWith(`blob:${location.origin}/`)) return address;
      throw new TypeError(`The page takes no code from ${address}.`);
    },
  });
}

/**
 * Takes away what makes connections from peer to peer, which no policy of content refuses in every browser. It is a hurdle and no
 * lock: code that got into the page could have it again from an empty frame, which no policy refuses either.
 */
export function closePeerConnections(): void {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) Reflect.deleteProperty(globalThis, name);
}
