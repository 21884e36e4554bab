/** A model as a serving platform is told of it. */
export interface ServedModel {
  readonly version: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Where the platform fetches the bytes, or what the platform itself calls the deployed model. */
  readonly uri: string;
}

/** All that one service is to serve. Setting it again changes nothing. */
export interface Traffic {
  readonly rollout: string;
  /** A platform that has seen a higher one refuses. */
  readonly fence: number;
  /** Null before anything ever served. */
  readonly champion: ServedModel | null;
  /** Null when all traffic is the champion's. */
  readonly candidate: ServedModel | null;
  /** Percent that the candidate gets, 0 to 100. */
  readonly weight: number;
  /** Percent of requests that are mirrored to the candidate; its answers reach nobody. */
  readonly shadow: number;
  readonly audience: { readonly header: string; readonly value: string } | { readonly cookie: string } | null;
}

/** What a service is seen to serve. What the platform cannot tell is null. */
export interface Observed {
  readonly fence: number | null;
  readonly champion: { readonly version: string | null; readonly digest: string | null } | null;
  readonly candidate: {
    readonly version: string | null;
    readonly digest: string | null;
    /** Whether it can answer requests now. */
    readonly ready: boolean;
  } | null;
  /** Percent that the candidate really gets. */
  readonly weight: number;
  readonly shadow: number;
  /** What the platform says of a state that is not reached yet, or never will be; null when it says nothing. */
  readonly trouble: string | null;
}

/** What a platform can do, asked before a rollout begins. */
export interface Capability {
  readonly weights: 'any' | 'whole-percents' | 'none';
  readonly mostWeight: number;
  readonly shadow: boolean;
  readonly header: boolean;
  readonly sticky: boolean;
  /** Whether the serving object itself holds the fence. */
  readonly fence: boolean;
  /** Sentences that say why a rollout cannot run here now (not reachable, no such service, no permission); none when it can. */
  readonly problems: readonly string[];
}

/** One service on one serving platform. Every method throws AppError when the platform refuses or cannot be asked. */
export interface ServingPlatform {
  probe(): Promise<Capability>;
  /** Brings the service to this state; returns when the platform took the wish, not when it is so. AppError `fenced` when a higher fence was seen. */
  apply(traffic: Traffic): Promise<void>;
  observe(): Promise<Observed>;
}
