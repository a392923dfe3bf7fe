#!/bin/sh
# Pictures for pages that tell of images: make_pictures.sh FOLDER COUNT CLASS... writes FOLDER/CLASS/1.bmp and on, grey, of 16 x 16
# pixels. A class is how stripes run: rows, columns, diagonals or squares; width, phase and noise differ from picture to picture.
folder=$1 count=$2
shift 2
for class in "$@"; do
  mkdir -p "$folder/$class"
  i=0
  while [ $((i += 1)) -le "$count" ]; do
    {
      printf 'BM\066\003\000\000\000\000\000\000\066\000\000\000\050\000\000\000\020\000\000\000\020\000\000\000\001\000\030\000'
      printf '\000\000\000\000\000\003\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'
      LC_ALL=C awk -v class="$class" -v seed="$i" 'BEGIN {
        srand(seed); phase = int(rand() * 6); width = 2 + int(rand() * 2)
        for (y = 0; y < 16; ++y) for (x = 0; x < 16; ++x) {
          t = class == "rows" ? y : class == "columns" ? x : x + y
          band = int((t + phase) / width)
          if (class == "squares") band = int((x + phase) / width) + int((y + phase) / width)
          v = 50 + 110 * (band % 2) + int(rand() * 80); printf "%c%c%c", v, v, v } }'
    } >"$folder/$class/$i.bmp"
  done
done
