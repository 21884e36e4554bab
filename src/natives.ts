/** The packages that hold native or WebAssembly code, which a bundle cannot carry. */
export interface Natives {
  readonly '@duckdb/node-api': typeof import('@duckdb/node-api');
  readonly 'onnxruntime-node': typeof import('onnxruntime-node');
  readonly '@tensorflow/tfjs-core': typeof import('@tensorflow/tfjs-core');
  readonly '@tensorflow/tfjs-layers': typeof import('@tensorflow/tfjs-layers');
  readonly '@tensorflow/tfjs-converter': typeof import('@tensorflow/tfjs-converter');
  readonly '@tensorflow/tfjs-backend-wasm': typeof import('@tensorflow/tfjs-backend-wasm');
  readonly '@tensorflow/tfjs-backend-cpu': typeof import('@tensorflow/tfjs-backend-cpu');
  readonly '@tensorflow/tfjs-node': typeof import('@tensorflow/tfjs-core');
}

/**
 * The one door to native packages, opened when a package is first needed. The specifier is not a literal, so a bundler
 * leaves the import as it is.
 */
export async function importNative<Name extends keyof Natives>(name: Name): Promise<Natives[Name]> {
  // The compiler cannot see which package a computed specifier loads; the map above says it.
  return (await import(name)) as Natives[Name];
}
