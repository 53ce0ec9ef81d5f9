import { hubCacheDir } from '../src/data/hub-cache.ts';
import { userCacheFolder } from '../src/engine/install/layout.ts';

/** Everything the program takes from the environment. This is the only file that knows the variables' names. */
export interface Environment {
  /** `DISTILTUNE_CACHE`, else the system's place for caches: native TensorFlow is installed there. */
  cacheDir: string;
  /** `DISTILTUNE_ENGINE`: auto, native or wasm. Not checked here. */
  engine: string;
  /**
   * `DISTILTUNE_KERNELS`: auto, fused (those that `engine install` compiled) or composed (of TensorFlow's own ops, slower,
   * to compare with). Not checked here.
   */
  kernels: string;
  /** `TF_NUM_INTRAOP_THREADS`, which TensorFlow reads, too: the threads of one operation; 0: one for each processor. */
  threads: number;
  /** `HF_HUB_CACHE`, `HF_HOME`, `HF_HUB_OFFLINE`, `HF_ENDPOINT`, `HF_TOKEN`, as huggingface_hub reads them. */
  hub: { cacheDir: string; offline: boolean; endpoint?: string; token?: string };
  /** `NO_COLOR` is set, or the terminal is a `dumb` one. */
  plain: boolean;
  /** `CI` is set, or the terminal is a `dumb` one: no screen opens unasked. */
  isUnattended: boolean;
  /** `DISTILTUNE_CHARSET`: what the dashboard draws with: auto, braille, block or ascii. Not checked here. */
  charset: string;
  /** What the terminal shows, as `LC_ALL`, `LC_CTYPE`, `LANG`, `TERM` and `COLORTERM` tell. */
  terminal: TerminalKind;
  /** The other `DISTILTUNE_*` variables: settings. */
  settings: Record<string, string>;
  /** This process was started by another one to compute: see `run/engine-process.ts`. */
  isEngineProcess: boolean;
  /** All of it, to hand on to child processes. */
  variables: Record<string, string | undefined>;
}

export interface TerminalKind {
  /** Whether it shows more than ASCII: no locale is set, or one in UTF-8. */
  isUtf8: boolean;
  /** The Linux console, whose fonts have few characters. */
  isConsole: boolean;
  /** Bits of a colour, as `getColorDepth()` of Node counts: 16 colours, 256, or all of them. */
  colorDepth: 4 | 8 | 24;
}

export const ENGINE_PROCESS_VARIABLE = 'DISTILTUNE_ENGINE_PROCESS';
const ownVariables = [
  'DISTILTUNE_CACHE',
  'DISTILTUNE_CHARSET',
  'DISTILTUNE_ENGINE',
  'DISTILTUNE_KERNELS',
  ENGINE_PROCESS_VARIABLE,
];

export function readEnvironment(variables: Record<string, string | undefined> = process.env): Environment {
  const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = variables;
  const settings = Object.entries(variables).filter(
    (entry): entry is [string, string] =>
      entry[0].startsWith('DISTILTUNE_') && !ownVariables.includes(entry[0]) && entry[1] !== undefined,
  );
  return {
    cacheDir: userCacheFolder(variables),
    engine: variables.DISTILTUNE_ENGINE || 'auto',
    kernels: variables.DISTILTUNE_KERNELS || 'auto',
    threads: Math.max(0, Number.parseInt(variables.TF_NUM_INTRAOP_THREADS ?? '', 10) || 0),
    hub: {
      cacheDir: hubCacheDir(variables),
      offline: isTrue(variables.HF_HUB_OFFLINE) || isTrue(variables.TRANSFORMERS_OFFLINE),
      ...(endpoint ? { endpoint } : {}),
      ...(token ? { token } : {}),
    },
    plain: Boolean(variables.NO_COLOR) || variables.TERM === 'dumb',
    isUnattended: Boolean(variables.CI) || variables.TERM === 'dumb',
    charset: variables.DISTILTUNE_CHARSET || 'auto',
    terminal: terminalKind(variables),
    settings: Object.fromEntries(settings),
    isEngineProcess: Boolean(variables[ENGINE_PROCESS_VARIABLE]),
    variables,
  };
}

const isTrue = (value: string | undefined) => ['1', 'true', 'yes', 'on'].includes((value ?? '').toLowerCase());

function terminalKind(variables: Record<string, string | undefined>): TerminalKind {
  const { LC_ALL, LC_CTYPE, LANG, TERM = '', COLORTERM = '' } = variables;
  const locale = LC_ALL || LC_CTYPE || LANG;
  const hasAllColors = /^(truecolor|24bit)$/i.test(COLORTERM) || TERM.endsWith('-direct');
  const hasFewColors = /^(linux|ansi|cygwin|vt\d+|xterm-16color)$/.test(TERM);
  return {
    // Where no locale is set, as in most containers, the terminal is most likely one of today.
    isUtf8: !locale || /utf-?8/i.test(locale),
    isConsole: TERM === 'linux',
    colorDepth: hasAllColors ? 24 : hasFewColors ? 4 : 8,
  };
}
