-- What invoices print of the seller and of a buyer; null where it was not given. An address keeps its lines, parted by line feeds.
alter table organisation add column legal_name text, add column address text, add column tax_id text;
alter table customer add column legal_name text, add column address text, add column tax_id text;
