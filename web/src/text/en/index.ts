import { admin } from "./admin";
import { backlog } from "./backlog";
import { calendar } from "./calendar";
import { change } from "./change";
import { deployment } from "./deployment";
import { deployments } from "./deployments";
import { editor } from "./editor";
import { environments } from "./environments";
import { frame } from "./frame";
import { health } from "./health";
import { journeys } from "./journeys";
import { library } from "./library";
import { models } from "./models";
import { plan } from "./plan";
import { records } from "./records";
import { request } from "./request";
import { overview } from "./overview";
import { part } from "./part";
import { signIn } from "./signIn";
import { work } from "./work";
import { state } from "./state";

/** English. One file per page; `frame`, `part` and `state` are for all of them. */
export const en = {
  frame,
  part,
  state,
  signIn,
  deployments,
  journeys,
  backlog,
  deployment,
  plan,
  request,
  work,
  overview,
  change,
  editor,
  environments,
  health,
  library,
  models,
  calendar,
  records,
  admin,
};
