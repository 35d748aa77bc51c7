// In place of assets/circuit-breaker.private.ts: every look-up is made, whether the CRM answers or not.
exports.askOnce = (_key, ask) => ask();
exports.breakCircuit = (_source, _isAwaited, ask) => ask(Number.POSITIVE_INFINITY);
