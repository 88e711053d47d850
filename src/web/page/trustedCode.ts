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
 * Takes the one door away that no policy of content closes in every browser: connections from peer to peer. What would run in the
 * page later does not find them.
 */
export function closePeerConnections(): void {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) Reflect.deleteProperty(globalThis, name);
}
