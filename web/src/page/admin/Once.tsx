import { Button } from "@mantine/core";
import { Copy } from "@/part/Copy";
import { text } from "@/text";

const t = text.admin;

interface Props {
  lead: string;
  /** What is copied, each with its word. */
  values: readonly { word: string; value: string; shown?: string }[];
  next: string;
  close: () => void;
}

/** Something that is given this once, to be copied. */
export function Once({ lead, values, next, close }: Props) {
  return (
    <div className="stack">
      <p className="strong" role="status">
        {lead}
      </p>
      {values.map(({ word, value, shown }) => (
        <div key={word} className="stack tight" role="group" aria-label={word}>
          <span className="second">{word}</span>
          <Copy value={value} {...(shown === undefined ? {} : { shown, secret: true })} />
        </div>
      ))}
      <p className="ink2">{next}</p>
      <div>
        <Button variant="filled" onClick={close}>
          {t.done}
        </Button>
      </div>
    </div>
  );
}
