import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { DistiltuneError } from '../../errors.ts';
import { type EngineLayout, readManifest } from './layout.ts';
import { fileSha256, publishPart, watchFolders } from './publish-part.ts';
import { essence, runCommand } from './run-command.ts';
import type { WheelSource } from './sources.ts';
import type { StepContext } from './types.ts';
import { unzip } from './unzip.ts';

/** Unpacked, the library is about three times the size of its wheel. */
const BYTES_ON_DISK_PER_BYTE_OF_WHEEL = 4;

/**
 * Puts TensorFlow's C library and the headers the addon needs into the cache, out of the Python wheel. Nothing is
 * installed into Python. What an earlier, interrupted call completed is used again; what it left half done is not.
 * @throws DistiltuneError with the reason and what to do
 */
export async function ensureTensorflowLibrary(
  layout: EngineLayout,
  wheel: WheelSource,
  context: StepContext,
): Promise<void> {
  if (!context.force && readManifest(layout.library)) return;
  const zip = await ensureWheel(layout, wheel, context);
  const folder = path.join(context.temporary, 'library');
  const files = await unzip(zip, folder, {
    select: libraryFile,
    signal: context.signal,
    onBytes: (written, total) => context.progress(`unpacking TensorFlow ${wheel.version}`, written, total),
  });
  if (!files[LIBRARIES[0]] || !files[LIBRARIES[1]]) {
    throw new DistiltuneError(`${wheel.file} holds no ${LIBRARIES.join(' and ')}`);
  }
  await publishPart(folder, layout.library, { tensorflow: wheel.version, files });
  await rm(zip, { force: true });
}

/** The two libraries, by the names the addon loads them under. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** Where an entry of the wheel goes: the libraries to the top, the headers of the C interface below `include`. */
function libraryFile(entry: string): string | undefined {
  const name = entry.replace(/^tensorflow\//, '');
  if (LIBRARIES.some((library) => library === name)) return name;
  const isNeededHeader =
    /^include\/(tensorflow|tsl)\/c\/.*\.h$/.test(name) ||
    /^include\/(tensorflow\/core|tsl)\/platform\/ctstring\w*\.h$/.test(name);
  return isNeededHeader ? name : undefined;
}

/** The path of the complete, checked wheel. */
async function ensureWheel(layout: EngineLayout, wheel: WheelSource, context: StepContext): Promise<string> {
  const kept = path.join(layout.downloads, wheel.file);
  if (existsSync(kept)) {
    if ((await damage(kept, wheel, context.signal)) === undefined) return kept;
    await rm(kept);
  }
  await checkSpace(layout.root, wheel.bytes * BYTES_ON_DISK_PER_BYTE_OF_WHEEL);
  const python = await findPip(context);
  const folder = path.join(context.temporary, 'download');
  const pipTemporary = path.join(context.temporary, 'pip');
  await mkdir(folder, { recursive: true });
  await mkdir(pipTemporary, { recursive: true });
  const message = `downloading TensorFlow ${wheel.version}`;
  context.progress(message, 0, wheel.bytes);
  // The tags name the wheel outright, so that any version of Python can fetch it.
  const tags = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];
  const platforms = ['--platform', 'manylinux_2_17_x86_64', '--platform', 'manylinux2014_x86_64'];
  const quiet = ['--quiet', '--progress-bar', 'off', '--no-input', '--disable-pip-version-check', '--no-cache-dir'];
  const what = ['--no-deps', '--only-binary=:all:', '--dest', folder, `${wheel.project}==${wheel.version}`];
  const result = await watchFolders(
    [pipTemporary, folder],
    (bytes) => context.progress(message, Math.min(bytes, wheel.bytes), wheel.bytes),
    () =>
      runCommand(python, ['-m', 'pip', 'download', '--retries', '2', ...tags, ...platforms, ...quiet, ...what], {
        environment: { ...context.environment, TMPDIR: pipTemporary },
        signal: context.signal,
      }),
  );
  if (result.code !== 0) {
    throw new DistiltuneError(`pip cannot download ${wheel.project} ${wheel.version}: ${essence(result.stderr)}`, {
      fix: "check the network and pip's package index (`python3 -m pip config list`), then run `distiltune engine install`",
    });
  }
  const [name] = (await readdir(folder)).filter((file) => file.endsWith('.whl'));
  if (name === undefined) throw new DistiltuneError(`pip downloaded no wheel of ${wheel.project} ${wheel.version}`);
  const downloaded = path.join(folder, name);
  context.progress('checking the download');
  const damaged = await damage(downloaded, wheel, context.signal);
  if (damaged) {
    throw new DistiltuneError(`the downloaded ${name} is not the published file: ${damaged}`, {
      fix: "run `distiltune engine install` again; if it stays so, pip's package index (`python3 -m pip config list`) serves another file",
    });
  }
  await mkdir(layout.downloads, { recursive: true });
  await rename(downloaded, kept);
  return kept;
}

async function damage(file: string, wheel: WheelSource, signal: AbortSignal | undefined): Promise<string | undefined> {
  const { size } = await stat(file);
  if (size !== wheel.bytes) return `${size} bytes, not ${wheel.bytes}`;
  const sha256 = await fileSha256(file, signal);
  return sha256 === wheel.sha256 ? undefined : `SHA-256 ${sha256}, not ${wheel.sha256}`;
}

async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  throw new DistiltuneError(`${megabytes(needed)} are needed, ${megabytes(bavail * bsize)} are free`, {
    where: folder,
    fix: 'make room, or set DISTILTUNE_CACHE to a folder on a larger disk',
  });
}

async function findPip({ environment, signal }: StepContext): Promise<string> {
  let withoutPip: string | undefined;
  for (const python of ['python3', 'python']) {
    const result = await runCommand(python, ['-m', 'pip', '--version'], { environment, signal });
    if (result.code === 0) return python;
    if (result.found) withoutPip ??= python;
  }
  const what = withoutPip ? `${withoutPip} has no pip` : 'neither python3 nor python is installed';
  throw new DistiltuneError(`${what}, and pip is what downloads the TensorFlow library`, {
    fix: 'install it (Debian, Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip), then run `distiltune engine install`',
  });
}
