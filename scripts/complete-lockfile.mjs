// Names in package-lock.json the binaries for other systems that npm leaves out when the registry it asked did not
// have them. `npm ci` of npm 11 refuses a lock file without them, and on those systems nothing would be installed.
// They carry no checksum: npm adds it where it can fetch the package. Run after a change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const SYSTEM =
  /(android|darwin|freebsd|linux|openbsd|openharmony|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)-?(\w*)$/;
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };
const added = [];

for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const system = SYSTEM.exec(name);
    if (!system || Object.keys(lock.packages).some((path) => path.endsWith(key))) continue;
    if (!/^\d/.test(version)) throw new Error(`${name} is asked for as ${version}, which names no one version`);
    const [, os, cpu, abi] = system;
    lock.packages[key] = {
      version,
      cpu: [cpu],
      ...(owner.dev ? { dev: true } : {}),
      ...(LIBC[abi] ? { libc: [LIBC[abi]] } : {}),
      optional: true,
      os: [os],
    };
    added.push(`${name}@${version}`);
  }
}

// npm keeps the entries in the order of their paths.
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length > 0 ? `added ${added.join(', ')}` : 'nothing is missing');
