#!/usr/bin/env bash
# bundle.sh DIR ARCHIVES CUDA NVIDIA: builds the program and packs it with every library it needs, the loader too; archives
# as well unless ARCHIVES is "no"; with the CUDA backend if CUDA is "yes", and NVIDIA's libraries if NVIDIA is. Runs where
# the toolchain is.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$repo/scripts/lib/build.sh"

# libraries FILE...: the paths of all libraries that these need, in turn.
libraries() {
  ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u | grep --invert-match --fixed-strings "$bin/" || true
}

# add_libraries FOLDER FILE...: copies what the files need and `lib` has not got yet.
add_libraries() {
  local to=$1 library
  shift
  mkdir -p -- "$to"
  for library in $(libraries "$@"); do
    [[ -e $lib/${library##*/} ]] || cp --dereference -- "$library" "$to/"
    copied+=("*/${library##*/}")
  done
}

# Which packages the libraries come from, and what Debian says about the rights to them where that is installed.
add_licences() {
  local packages package
  # The private root has Debian's files, but this machine's /var.
  mapfile -t packages < <(dpkg-query --admindir="${DLTRAIN_INSIDE:-}/var/lib/dpkg" --search "${copied[@]}" 2>/dev/null |
    sed -n '/^diversion /d; s/:.*//p' | sort -u)
  {
    echo "Libraries in this folder, from Debian 13; their sources and rights: https://sources.debian.org/src/SOURCE/VERSION"
    dpkg-query --admindir="${DLTRAIN_INSIDE:-}/var/lib/dpkg" --show \
      --showformat='${binary:Package} (source ${source:Package}) ${source:Version}\n' "${packages[@]}"
  } >"$place/licences/libraries.txt"
  for package in "${packages[@]}"; do
    [[ ! -e /usr/share/doc/$package/copyright ]] ||
      cp --dereference -- "/usr/share/doc/$package/copyright" "$place/licences/$package.txt"
  done
}

# NVIDIA's libraries that the CUDA backend opens, and those that these open by name: products, convolutions and attention,
# and the compiler that attention is compiled with. The driver's own are the machine's.
nvidia_libraries=('libcublasLt.so.13' 'libcudnn*.so.9' 'libnvrtc.so.13' 'libnvrtc-builtins.so.13.*')

# add_nvidia FOLDER: copies them from the toolkit that the build uses, or fails with what is missing.
add_nvidia() {
  local to=$1 cuda pattern folder found file
  cuda=$(cache_dir)/cuda
  mkdir -p -- "$to"
  for pattern in "${nvidia_libraries[@]}"; do
    found=''
    for folder in "$cuda"/{lib64,lib,nvidia/cu13/lib,nvidia/cudnn/lib} /usr/lib/x86_64-linux-gnu; do
      for file in "$folder"/$pattern; do
        [[ -e $file ]] || continue
        found=yes
        cp --dereference -- "$file" "$to/"
      done
      [[ -z $found ]] || break
    done
    [[ -n $found ]] || die "there is no $pattern in $cuda" "scripts/setup --cuda makes a toolkit that has it"
  done
  for folder in "$cuda"/nvidia_{cublas,cudnn_cu13,cuda_nvrtc}-*.dist-info; do
    [[ ! -d $folder ]] || cp -- "$folder"/licenses/* "$place/licences/$(basename -- "${folder%.dist-info}").txt"
  done
}

pack() { (cd -- "$output" && cmake -E tar cJf "$@"); }

output=$1
archives=$2
cuda=$3
nvidia=$4
copied=()
build release dltrain
bin=$repo/build/release/bin
version=$("$bin/dltrain" --version | awk 'NR == 1 { print $2 }')
name=dltrain-$version-linux-x86_64
place=$output/$name lib=$output/$name/lib
say "packing $place"
rm -rf -- "$place"
mkdir -p -- "$lib" "$place/licences"

cp -- "$bin/dltrain" "$bin/libdltrain.so" "$bin"/dltrain_*.so "$lib/"
cp --recursive --dereference -- "$bin/data" "$lib/"
mapfile -t core < <(printf '%s\n' "$bin/dltrain" "$bin"/dltrain_*.so | grep --invert-match dltrain_images)
add_libraries "$lib" "${core[@]}"
cp --dereference -- /lib64/ld-linux-x86-64.so.2 "$lib/"
add_libraries "$lib/images" "$bin/dltrain_images.so"
mv -- "$lib/dltrain_images.so" "$lib/images/"
ln -s images/dltrain_images.so "$lib/dltrain_images.so"
if [[ $cuda == yes ]]; then
  build cuda dltrain_cuda
  build cuda dltrain_test_cuda
  cp -- "$repo/build/cuda/bin/dltrain_cuda.so" "$lib/"
  cp -- "$repo/build/cuda/bin/dltrain_test_cuda" "$lib/"
  # What NVIDIA's driver asks for must be of the C library that is packed.
  cp --dereference -- /lib/x86_64-linux-gnu/{libdl.so.2,libpthread.so.0,librt.so.1} "$lib/"
fi
add_licences
find "$lib" -type f '(' -name '*.so*' -o -name dltrain -o -name 'dltrain_test_*' ')' -exec strip --strip-unneeded {} +

[[ $nvidia == no ]] || add_nvidia "$lib/nvidia"

cp -- "$repo/LICENSE" "$place/"
cp --recursive -- "$repo/recipes" "$place/"
cat >"$place/dltrain" <<'END'
#!/bin/sh
# Starts the program with the libraries beside it, whatever this machine has.
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/lib/ld-linux-x86-64.so.2" --inhibit-cache --library-path "$here/lib:$here/lib/images:$here/lib/nvidia" "$here/lib/dltrain" "$@"
END
chmod +x "$place/dltrain"
if [[ $cuda == yes ]]; then
  sed 's#/lib/dltrain" "\$@"#/lib/dltrain_test_cuda" "$@"#' "$place/dltrain" >"$place/dltrain_test_cuda"
  chmod +x "$place/dltrain_test_cuda"
fi

if [[ $archives == no ]]; then exit; fi
images=("$name/lib/images" "$name/lib/dltrain_images.so")
gpu=("$name/lib/dltrain_cuda.so" "$name/lib/dltrain_test_cuda" "$name/dltrain_test_cuda")
(cd -- "$output" && find "$name" -path "$name/lib/images" -prune -o -path "$name/lib/nvidia" -prune \
  -o -name dltrain_images.so -o -name 'dltrain_*cuda*' -o ! -type d -print) >"$output/.core"
pack "$name.tar.xz" --files-from="$output/.core"
pack "$name-images.tar.xz" "${images[@]}"
[[ $cuda == no ]] || pack "$name-cuda.tar.xz" "${gpu[@]}"
# Their machine code is compressed already; to try harder takes an hour.
[[ $nvidia == no ]] || (cd -- "$output" && cmake -E tar czf "$name-nvidia.tar.gz" "$name/lib/nvidia")
rm -f -- "$output/.core"
(cd -- "$output" && du --apparent-size --block-size=1MB "$name"*.tar.?z | sed 's/^\([0-9]*\)\s*/dltrain: \1 MB /') >&2
