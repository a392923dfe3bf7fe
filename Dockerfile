# dltrain with its toolchain, for machines whose own packages will not do and where nothing can be mounted.
#   docker build -t dltrain .
#   docker run --rm -it -v "$PWD:/work" -w /work dltrain fit recipes/digits.toml
#   docker run --rm --entrypoint /opt/dltrain/scripts/test dltrain
FROM debian:trixie-slim

WORKDIR /opt/dltrain
COPY scripts/packages.txt scripts/
RUN apt-get update \
 && sed -e 's/#.*//' scripts/packages.txt | awk 'NF { print $1 }' \
  | DEBIAN_FRONTEND=noninteractive xargs apt-get install --yes --no-install-recommends \
 && rm -rf /var/lib/apt/lists/*

COPY . .
ENV DLTRAIN_TOOLCHAIN=system XDG_CACHE_HOME=/var/cache
RUN scripts/dltrain --version && chmod --recursive a+rwX build

# The program as it was built above; data, recipes and runs come from the folders that are mounted.
ENV DLTRAIN_NO_BUILD=1
ENTRYPOINT ["/opt/dltrain/scripts/dltrain"]
