import { readFileSync } from 'node:fs';
import { createRecordCursor } from '../src/evtx/record-cursor.ts';
import { ShapeBank } from '../src/evtx/shape-bank.ts';
import { SCRATCH_BYTES } from '../src/evtx/limits.ts';
const file=readFileSync('/tmp/b33.evtx'); const len=file.length-4096; const buf=new Uint8Array(len+SCRATCH_BYTES); buf.set(file.subarray(4096));
const bank=new ShapeBank(); const c=createRecordCursor(bank); c.open(buf,len,0,4096); const n:any={},by:any={}; let recs=0; const combos=new Set<string>(); const lit=new Map<string,number>();
while(c.nextChunk()) while(c.nextRecord()){ recs++; combos.add(c.shape.id+'/'+c.resolveInner()); lit.set(c.shape.label,(lit.get(c.shape.label)??0)+1); for(let l=0;l<=c.innerCount;l++){const t=l?c.inner[l-1]!.values:c.values; for(let i=0;i<t.count;i++){n[t.type[i]!]=(n[t.type[i]!]??0)+1; by[t.type[i]!]=(by[t.type[i]!]??0)+t.length[i]!;}}}
console.log(recs,'combos',combos.size,'shapes',bank.shapes.length,'literal records',lit.get('literal')); for(const k of Object.keys(n)) console.log(Number(k).toString(16),n[k],by[k]);
