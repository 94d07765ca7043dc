import type { NextConfig } from "next";

const config: NextConfig = {
  // This folder is a project of its own.
  turbopack: { root: import.meta.dirname },
  reactStrictMode: true,
};

export default config;
