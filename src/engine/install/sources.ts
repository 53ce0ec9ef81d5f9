/** What an installation is made from. Everything is pinned: two machines get the same engine. */
export interface EngineSources {
  /** Where tfjs-node's own installer downloads from. */
  upstreamHost: string;
  wheel: WheelSource;
}

/** The Python wheel that holds TensorFlow's C library. Its code for Python is not used. */
export interface WheelSource {
  project: string;
  version: string;
  file: string;
  bytes: number;
  sha256: string;
}

/** The tfjs-node that all of this is made for: the addon is compiled from this version's sources. */
export const TFJS_NODE_VERSION = '4.22.0';

/** The Node-API version the addon is compiled for. Every Node from 20 on offers it or a later one, which includes it. */
export const NODE_API_VERSION = 8;

export const publishedSources: EngineSources = {
  upstreamHost: 'https://storage.googleapis.com/',
  wheel: {
    project: 'tensorflow-cpu',
    version: '2.15.1',
    file: 'tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    bytes: 207_208_420,
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  },
};
