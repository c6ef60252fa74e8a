-- A key that was rotated says by which: rotated again while it still worked, its second successor got the length of the overlap as its own.
alter table customer_key add column successor_id uuid references customer_key (id);
