import { Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { Copy } from "@/part/Copy";
import { text } from "@/text";
import { PutIn } from "./PutIn";

const t = text.library;

interface Props {
  component: string;
  opened: boolean;
  close: () => void;
  /** Those that are there already: what is put in must be another. */
  versions: readonly string[];
}

/** How a version is added: from this browser, or by a command where the files are. */
export function Add({ component, opened, close, versions }: Props) {
  const [way, setWay] = useState("here");
  return (
    // Mounted while it is closed: what is being sent goes on.
    <Modal opened={opened} onClose={close} title={t.addTitle(component)} size={640} keepMounted>
      <div className="stack" data-keeps>
        <SegmentedControl
          size="xs"
          aria-label={t.addWay}
          value={way}
          onChange={setWay}
          data={[
            { value: "here", label: t.addHere },
            { value: "command", label: t.addCommand },
          ]}
        />
        <div hidden={way !== "here"}>
          <PutIn component={component} close={close} versions={versions} />
        </div>
        {way === "command" ? <Commands component={component} /> : null}
      </div>
    </Modal>
  );
}

function Commands({ component }: { component: string }) {
  const ways = [
    [t.addFiles, `tranship library add ${component} VERSION ./dist --commit $(git rev-parse HEAD)`],
    [t.addImage, `tranship library add ${component} VERSION oci://REGISTRY/REPOSITORY:TAG`],
    [t.addSigned, `tranship library add ${component} VERSION ./dist --key publisher.pem`],
    [t.addSignIn, `tranship login ${location.origin} --token TOKEN`],
  ] as const;
  return (
    <div className="stack">
      <p className="ink2">{t.addLead}</p>
      {ways.map(([word, command]) => (
        <div key={word} className="stack tight">
          <span className="strong">{word}</span>
          <Copy value={command} />
        </div>
      ))}
      <p className="second">{t.addNext}</p>
    </div>
  );
}
