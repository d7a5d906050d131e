import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { text } from "@/text";
import { Failure } from "./Failure";
import { firstField } from "./focus";
import { useTyped } from "./typed";
import { offerUndo, type Undo } from "./undo";

/** What a dialog before an act asks. Its friction follows from the consequence. */
export interface Act {
  title: string;
  /** What will be left where. */
  consequence: ReactNode;
  /** The button names the act: "Cancel deployment". */
  verb: string;
  /** What the reason is about, where the title does not always say it alike; it is kept under that until it is sent. */
  about?: string;
  /** The name to type: for live environments, for many targets and for removal. */
  type?: string;
  /** Whether a reason is asked, and must be given. */
  reason?: "wanted" | "needed";
  /** Red: it ends or removes something. */
  ends?: boolean;
  safe?: string;
  run: (reason: string) => Promise<unknown>;
  /** What takes it back; offered for ten seconds once it is done. */
  undo?: Undo;
}

interface Props {
  act: Act | undefined;
  close: () => void;
}

/** Asks before an act, and stays open with what was typed when it fails; a reason stays for the next time when it is closed, unless it is given up. */
export function Confirm({ act, close }: Props) {
  return (
    <Modal opened={act !== undefined} onClose={close} title={act?.title} size={520}>
      {act === undefined ? null : <Question act={act} close={close} />}
    </Modal>
  );
}

function Question({ act, close }: { act: Act; close: () => void }) {
  const [typed, setTyped] = useState("");
  const [reason, setReason, forget] = useTyped(act.about ?? act.title);
  const [tried, setTried] = useState(false);
  const form = useId();
  const running = useMutation({
    mutationFn: act.run,
    onSuccess: () => {
      forget();
      close();
      if (act.undo !== undefined) {
        offerUndo(act.undo);
      }
    },
  });
  const mistyped = act.type !== undefined && typed !== act.type;
  const silent = act.reason === "needed" && reason.trim() === "";
  return (
    <form
      id={form}
      className="stack"
      data-keeps
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!mistyped && !silent) {
          running.mutate(reason.trim());
        }
      }}
    >
      <div className="ink2">{act.consequence}</div>
      {act.type === undefined ? null : (
        <TextInput
          label={text.part.typeToConfirm(act.type)}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={tried && mistyped ? text.part.mustType(act.type) : undefined}
          autoComplete="off"
          {...firstField}
        />
      )}
      {act.reason === undefined ? null : (
        <Textarea
          label={text.part.reason}
          description={text.part.reasonHint}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={tried && silent ? text.part.mustSay : undefined}
          autosize
          minRows={2}
          {...(act.type === undefined ? firstField : {})}
        />
      )}
      {running.error === null ? null : <Failure error={running.error} />}
      <div className="row between wrap">
        <Button
          onClick={() => {
            forget();
            close();
          }}
        >
          {act.safe ?? text.part.keepGoing}
        </Button>
        <Button type="submit" variant="filled" loading={running.isPending} {...(act.ends === true ? { "data-family": "bad" } : {})}>
          {act.verb}
        </Button>
      </div>
    </form>
  );
}
