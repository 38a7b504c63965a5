import { readFileSync } from 'node:fs';
import { loadProgram } from '../src/engine/program.ts';
const b=readFileSync('/tmp/sigmahq.program');
const p = loadProgram(b.buffer.slice(b.byteOffset,b.byteOffset+b.length) as ArrayBuffer);
const f=p.anyField;
for(let i=p.fieldLiterals[f]!;i<p.fieldLiterals[f+1]!;i++) console.log(p.literalAnchor[i], String.fromCharCode(...p.pool.subarray(p.literalOffset[i],p.literalOffset[i]!+p.literalLength[i]!)));
const k:any={}; for(let i=0;i<p.predicateField.length;i++) if(p.predicateField[i]===f){ const x=p.predicateKind[i]+':'+(p.predicateLiteral[i]!<0); k[x]=(k[x]??0)+1; }
console.log(k, p.header.views.map(v=>v.name), JSON.stringify(p.header.eventViews).slice(0,1500));
