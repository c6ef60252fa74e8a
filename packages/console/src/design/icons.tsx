/** The few pictures of the navigation: 20 by 20, drawn with the colour of the text. */
const paths = {
  services: "M3.5 6.5 10 3l6.5 3.5L10 10 3.5 6.5Zm0 3.6L10 13.6l6.5-3.5M3.5 13.6 10 17l6.5-3.4",
  new: "M10 4.5v11M4.5 10h11",
  customers: "M3.5 16.5v-12h7v12m0-8h6v8m-14.5 0h16M6 7.5h2M6 10.500h2M6 13.5h2M13 11.500h1M13 13.8h1",
  members:
    "M7.500 9.500a2.700 2.700 0 1 0 0-5.400 2.700 2.700 0 0 0 0 5.400Zm-5 6.500c.4-2.800 2.300-4.300 5-4.300s4.600 1.500 5 4.300M13 4.600a2.500 2.500 0 0 1 0 4.700m1.500 2.600c1.700.5 2.700 1.900 3 4.100",
  organisation: "M4 16.500v-9l6-4 6 4v9M2.500 16.500h15M8 16.500v-4h4v4M7.500 9.300h5",
  account: "M8.200 11.800a3.600 3.600 0 1 0-3.400 2.400 3.600 3.600 0 0 0 3.400-2.400Zm-.3-2.400H17v3.200m-3-3.200v2.200M4.700 10.600h.1",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
