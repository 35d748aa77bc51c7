// Loaded into a server of Functions before all else, by --require. On its own, it listens on all interfaces and answers to any
// name, so that neighbours in the network, and web pages by DNS rebinding or a form, could ask the CRM; and it outlives whoever
// started it.
const { rmSync } = require('node:fs');
const { Server } = require('node:http');

/** The Functions run in this process, and may go elsewhere. */
const folder = process.cwd();
const { GUARD_HOST, GUARD_LOCAL_NAME, GUARD_ANY_NAME, GUARD_REMOVES_FOLDER } = process.env;
const LOCAL_NAME = new RegExp(GUARD_LOCAL_NAME, 'i');

/** Whether a page of this machine asks, or no page at all: curl sends neither header. Avatars are for any page. */
function isOwn({ url, headers: { origin, host = '', 'sec-fetch-site': site } }) {
  if (!LOCAL_NAME.test(host)) return false;
  if (url.startsWith('/avatars/')) return true;
  if (site === 'cross-site') return false;
  return origin === undefined || (URL.canParse(origin) && LOCAL_NAME.test(new URL(origin).host));
}

// Processes that it forks, one for each request, need none of this.
process.execArgv = process.execArgv.filter((flag) => flag !== '--require' && flag !== __filename);

const { listen } = Server.prototype;
Server.prototype.listen = function (port, ...rest) {
  const { emit } = this;
  this.emit = (name, ...given) => {
    const [request, response] = given;
    if (name !== 'request' || GUARD_ANY_NAME || isOwn(request)) {
      return emit.call(this, name, ...given);
    }
    response.writeHead(403, { 'Content-Type': 'text/plain' });
    response.end(
      'Refused: ask for localhost, and not from a page of another site. For a tunnel, use npm start -- --host 0.0.0.0\n',
    );
    return true;
  };
  return listen.call(this, port, GUARD_HOST, ...rest);
};

if (process.channel) {
  // Whoever started it is gone, whatever way.
  process.on('disconnect', () => process.exit());
  process.channel.unref();
  // Also when it ends before it sees that, since nobody reads what it writes.
  if (GUARD_REMOVES_FOLDER) {
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
}
