// What has to be there before any of the npm scripts can run, said in a sentence. Node of any age has to be able to read
// this file, so it is written in old JavaScript and needs no package.
var existsSync = require('node:fs').existsSync;
var join = require('node:path').join;

var root = join(__dirname, '../..');
var least = require(join(root, 'package.json')).engines.node.replace('>=', '');

function problem() {
  if (isOlder(process.versions.node, least)) {
    return (
      'This needs Node.js ' +
      least +
      ' or later, and runs on ' +
      process.versions.node +
      ': install Node.js 22.'
    );
  }
  if (!existsSync(join(root, 'node_modules/tsx/package.json'))) {
    return 'The packages are not installed yet: run npm ci first.';
  }
  return undefined;
}

function isOlder(version, than) {
  var ours = version.split('.').map(Number);
  var theirs = than.split('.').map(Number);
  return ours[0] < theirs[0] || (ours[0] === theirs[0] && ours[1] < theirs[1]);
}

if (problem()) {
  console.error(problem());
  process.exit(1);
}
