import { argoRollouts } from './argo-rollouts.ts';
import { azureMl } from './azure-ml.ts';
import { envoy } from './envoy.ts';
import { gatewayApi } from './gateway-api.ts';
import * as http from './generic-http.ts';
import { haproxy } from './haproxy.ts';
import { istio } from './istio.ts';
import { type ServingKind, servingKind } from './kind.ts';
import { kserve } from './kserve.ts';
import { nginx } from './nginx.ts';
import { sagemaker } from './sagemaker.ts';
import { seldon } from './seldon.ts';
import { tfServing } from './tf-serving.ts';
import { triton } from './triton.ts';
import { vertex } from './vertex.ts';

/** Every serving platform by the `kind` of its connections: one line each, `<kind>: servingKind({ Connection, Target, open })`. */
export const servingKinds: Readonly<Record<string, ServingKind>> = {
  'argo-rollouts': argoRollouts,
  'azure-ml': azureMl,
  envoy,
  'gateway-api': gatewayApi,
  haproxy,
  http: servingKind({ Connection: http.Connection, Target: http.Target, open: http.openGenericHttp }),
  istio,
  kserve,
  nginx,
  sagemaker,
  seldon,
  'tf-serving': tfServing,
  triton,
  vertex,
};
