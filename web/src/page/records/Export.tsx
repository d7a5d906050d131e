import { Button, Menu } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Failure } from "@/part/Failure";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { type EntryFilter, every, type Sealed } from "./data";
import { asCSV, asLines, mostSaved, save } from "./save";

const t = text.records;

/** Saves the entries that were found, or those that were chosen among them. */
export function Export({ filter, picked, clear }: { filter: EntryFilter; picked: readonly Sealed[]; clear: () => void }) {
  const [count, setCount] = useState(0);
  const [cut, setCut] = useState(false);
  const saving = useMutation({
    mutationFn: async (csv: boolean) => {
      setCut(false);
      setCount(0);
      const found = picked.length > 0 ? { entries: [...picked], more: false } : await every(filter, mostSaved, setCount);
      save(csv ? "records.csv" : "records.jsonl", csv ? asCSV(found.entries) : asLines(found.entries), csv ? "text/csv;charset=utf-8" : "application/x-ndjson");
      setCut(found.more);
    },
  });
  return (
    <div className="row wrap">
      {saving.error === null ? null : <Failure error={saving.error} />}
      <span role="status" className="second">
        {saving.isPending ? t.reading(count) : cut ? t.cut(mostSaved) : picked.length > 0 ? t.picked(picked.length) : ""}
      </span>
      {picked.length === 0 ? null : (
        <Button variant="subtle" color="gray" onClick={clear}>
          {t.chooseNone}
        </Button>
      )}
      <Menu position="bottom-end" withInitialFocusPlaceholder={false} portalProps={{ target: "#page" }}>
        <Menu.Target>
          <Button leftSection={<Icon name="download" />} rightSection={<Icon name="down" size={12} />} loading={saving.isPending}>
            {picked.length > 0 ? t.exportPicked(picked.length) : t.exportFound}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => saving.mutate(true)}>{t.csv}</Menu.Item>
          <Menu.Item onClick={() => saving.mutate(false)}>{t.lines}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
