import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { RowData } from "@tanstack/react-table";
import { type ReactNode, useCallback, useState } from "react";
import { Icon } from "@/vocabulary/Icon";
import { Failure } from "./Failure";
import { type Column, List, type Selection } from "./List";
import { Loading } from "./Loading";

interface Props<T extends RowData> {
  list: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  label: string;
  columns: readonly Column<T>[];
  id: (row: T) => string;
  to?: (row: T) => string;
  two?: boolean;
  chosen?: string | undefined;
  empty?: ReactNode;
  foot?: ReactNode;
  select?: Selection;
  /** How many rows its shape has while it is loaded. */
  rows?: number;
  /** Which rows are shown of those that are here: for lists that are short enough to be searched in the page. */
  keep?: (row: T) => boolean;
}

/** A list that the server gives page by page, as a card: its failure, its shape while it loads, its rows, its emptiness. */
export function Paged<T extends RowData>({ list, rows = 8, keep = () => true, ...rest }: Props<T>) {
  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [fetchNextPage, isFetchingNextPage]);
  if (list.error !== null) {
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  }
  return (
    <div className="card">
      {list.data === undefined ? <Loading rows={rows} /> : <List {...rest} rows={list.data.pages.flatMap((page) => page.items).filter(keep)} more={list.hasNextPage} loadMore={loadMore} />}
    </div>
  );
}

/** How a list of the server goes on: what every useInfiniteQuery of a page says. */
export const paged = {
  initialPageParam: "",
  getNextPageParam: (last: { next?: string }) => last.next,
  placeholderData: <D,>(before: D) => before,
};

/** The cursor of a page as a part of its query; nothing for the first. */
export const after = (cursor: string) => (cursor === "" ? {} : { cursor });

interface WordProps {
  label: string;
  value: string | undefined;
  set: (word: string | undefined) => void;
  width?: number;
  hint?: string;
}

/** The word by which a list is searched: it is asked for once somebody stops typing, and follows the address when that changes. */
export function SearchWord({ label, value, set, width = 280, hint }: WordProps) {
  const [typed, setTyped] = useState(value ?? "");
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    if ((value ?? "") !== typed.trim()) {
      setTyped(value ?? "");
    }
  }
  const settle = useDebouncedCallback((word: string) => set(word === "" ? undefined : word), 200);
  return (
    <TextInput
      size="xs"
      w={width}
      maw="100%"
      type="search"
      aria-label={label}
      placeholder={hint ?? label}
      leftSection={<Icon name="search" size={14} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        settle(event.currentTarget.value.trim());
      }}
      data-search
    />
  );
}
