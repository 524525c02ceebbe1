/** @file What a page under test loads. */

import { runByName } from "./remote.ts";

Object.assign(globalThis, { runByName });
