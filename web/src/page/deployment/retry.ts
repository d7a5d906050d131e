import type { Schema } from "@/api/client";

type Told = Pick<Schema["Deployment"], "stage" | "givenUp"> & { header: Pick<Schema["Deployment"]["header"], "waves"> };

/**
 * On how many targets a retry that names none acts: those of the stage that did not end
 * well, and those of a stopped wave that have not begun and follow them.
 */
export function retried({ stage, header, givenUp }: Told): { again: number; follow: number } {
  const again = stage.failed + stage.unknown + stage.stopped;
  const wave = header.waves[stage.wave - 1];
  if (stage.phase !== "execute" || !stage.issued || wave === undefined) {
    return { again, follow: 0 };
  }
  return { again, follow: Math.max(0, wave.size - stage.total - (givenUp?.waves?.[stage.wave - 1] ?? 0)) };
}
