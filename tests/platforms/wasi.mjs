// SPDX-License-Identifier: MIT
// Runs a WebAssembly program of WASI under Node; it sees the sample data as /data.
//
//   node wasi.mjs PROGRAM.wasm [ARGUMENT ...]
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';

const data = fileURLToPath(new URL('../../examples/data', import.meta.url));
const wasi = new WASI({ version: 'preview1', args: process.argv.slice(2), env: {}, preopens: { '/data': data } });
const module = await WebAssembly.compile(await readFile(process.argv[2]));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
