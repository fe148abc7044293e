import lib = require('lib');
export = function main() { return lib; };
